import { annotateCommand } from '../commands.ts';
import type { ServiceCheck } from './check.ts';

const aws = 'service.beta.kubernetes.io/aws-load-balancer-';
const shared = { scenario: null, of: 'service', needs: [] } as const;

export const proxyProtocolLocal: ServiceCheck = {
  ...shared,
  id: 'MF015',
  name: 'proxy-protocol-local',
  severity: 'high',
  words:
    'An NLB with proxy protocol v2 sends its header to the health check port too, whose HTTP check then fails.',
  find(view, _cluster, options) {
    const { service, policy, balancer } = view;
    if (policy !== 'Local' || (balancer.id !== 'aws-nlb-lbc' && balancer.id !== 'aws-nlb-intree'))
      return null;
    const { annotations } = service.metadata;
    const attributes = annotations[`${aws}target-group-attributes`] ?? '';
    const byAnnotation = annotations[`${aws}proxy-protocol`] === '*';
    if (!byAnnotation && !attributes.includes('proxy_protocol_v2.enabled=true')) return null;
    return {
      confidence: 'inferred',
      summary:
        'the health check under Local fails if the balancer sends the proxy protocol: no node is healthy',
      evidence: [
        byAnnotation
          ? `annotation ${aws}proxy-protocol: *`
          : `annotation ${aws}target-group-attributes: ${attributes}`,
        'aws-load-balancer-controller docs/guide/service/nlb.md',
      ],
      remedy: {
        text: 'send to pods, or turn the proxy protocol off',
        command: annotateCommand(view, `${aws}nlb-target-type=ip`, options),
      },
    };
  },
};

/** Keys that set the protocol of a check, on clouds whose own choice under Local is HTTP. */
const protocolKeys = [
  `${aws}healthcheck-protocol`,
  'service.beta.kubernetes.io/azure-load-balancer-health-probe-protocol',
  'service.beta.kubernetes.io/do-loadbalancer-healthcheck-protocol',
];

export const tcpCheckLocal: ServiceCheck = {
  ...shared,
  id: 'MF016',
  name: 'tcp-check-local',
  severity: 'high',
  words:
    'Under Local the balancer needs the HTTP check of the Service to learn which nodes have an endpoint.',
  find(view, _cluster, options) {
    const { service, policy, balancer } = view;
    if (policy !== 'Local' || balancer.kind.sendsTo === 'pods') return null;
    const { annotations } = service.metadata;
    const key = protocolKeys.find((one) => annotations[one]?.toLowerCase() === 'tcp');
    if (key !== undefined) {
      return {
        confidence: 'seen',
        summary: 'its balancer only connects to nodes and does not ask for endpoints, as Local needs',
        evidence: [`annotation ${key}: ${annotations[key]}`],
        remedy: {
          text: 'remove the annotation',
          command: annotateCommand(view, `${key}-`, options).replace(' --overwrite', ''),
        },
      };
    }
    // What a known balancer checks is its own matter, and the node port at that.
    if (service.spec.type !== 'NodePort' || balancer.id !== 'unknown') return null;
    return {
      severity: 'low',
      confidence: 'seen',
      summary:
        'a NodePort Service has no healthCheckNodePort: what is in front must find out by the node port itself, which drops connections on nodes without an endpoint',
      evidence: ['spec.type: NodePort', 'spec.healthCheckNodePort is only allocated for type LoadBalancer'],
      remedy: { text: 'check the node port by TCP with a short time-out, or use type LoadBalancer' },
    };
  },
};
