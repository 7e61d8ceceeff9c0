import { type BalancerKind, common, excludeFirstCure, moot, persist, unknown } from './kind.ts';

/** Amazon's load balancers. */
export const awsBalancers = {
  'aws-nlb-lbc': {
    ...common,
    name: 'AWS NLB by the AWS Load Balancer Controller, instance targets',
    preset: 'aws-nlb-lbc',
    toLocal: {
      established: 'cut',
      cutAfterSeconds: 20,
      fresh:
        'fail on nodes without a ready endpoint until 2 checks, 10 s apart, and the spread of up to 40 s',
      replaces: 'nothing',
      cure: {
        text: 'keep the connections of unhealthy targets: set the attribute before the change',
        annotation:
          'service.beta.kubernetes.io/aws-load-balancer-target-group-attributes=target_health_state.unhealthy.connection_termination.enabled=false',
      },
    },
    source:
      'aws-load-balancer-controller pkg/service/model_builder.go, docs/guide/service/annotations.md; AWS "Health checks for Network Load Balancer target groups"',
  },
  'aws-ip-targets': {
    ...common,
    name: 'AWS NLB by the AWS Load Balancer Controller, IP targets',
    preset: 'pod-direct',
    sendsTo: 'pods',
    needsNodePorts: false,
    toLocal: moot,
    source: 'aws-load-balancer-controller pkg/service/model_build_target_group.go',
  },
  'eks-auto-mode': {
    ...common,
    name: 'AWS NLB of EKS Auto Mode',
    preset: 'aws-nlb-lbc',
    toLocal: unknown,
    source: 'EKS user guide, "Use Service Annotations to configure Network Load Balancers"',
  },
  'aws-nlb-intree': {
    ...common,
    name: 'AWS NLB by cloud-provider-aws',
    preset: 'aws-nlb-intree',
    toLocal: {
      established: 'unknown',
      cutAfterSeconds: null,
      fresh: 'meet a new target group whose targets have not passed a check yet',
      replaces: 'target-group',
      cure: { text: 'a second Service of class service.k8s.aws/nlb, and DNS; not in place' },
    },
    source:
      'cloud-provider-aws pkg/providers/v1/aws_loadbalancer.go ("recreate targetGroup if trafficPort, protocol or HealthCheckProtocol changed")',
  },
  'aws-alb': {
    ...common,
    name: 'AWS ALB by the AWS Load Balancer Controller, instance targets',
    preset: 'aws-alb',
    toLocal: {
      established: 'kept',
      cutAfterSeconds: null,
      fresh:
        'that is, requests that need a new connection to a node without a ready endpoint, wait 10 s for a 504 until 2 checks, 15 s apart, have failed',
      replaces: 'nothing',
      cure: excludeFirstCure,
    },
    source:
      'aws-load-balancer-controller pkg/ingress/model_builder.go, pkg/backend/endpoint_utils.go; AWS "Troubleshoot your Application Load Balancers"',
  },
  'aws-alb-pods': {
    ...common,
    name: 'AWS ALB by the AWS Load Balancer Controller, IP targets',
    preset: 'pod-direct',
    sendsTo: 'pods',
    needsNodePorts: false,
    toLocal: moot,
    source: 'aws-load-balancer-controller docs/guide/ingress/annotations.md, target-type',
  },
  'aws-clb': {
    ...common,
    name: 'AWS Classic Load Balancer',
    preset: 'aws-clb',
    toLocal: persist(),
    source: 'cloud-provider-aws pkg/providers/v1/aws.go',
  },
} as const satisfies Record<string, BalancerKind>;
