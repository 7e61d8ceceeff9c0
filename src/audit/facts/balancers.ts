import type { PresetName } from '../../scenario/schema.ts';

/*
 * The load balancers that an audit can tell apart, as data: which nodes they send to, what their check costs and what they
 * do to open connections when the policy of a live Service is changed.
 */

/** What becomes of established connections through nodes without a ready endpoint at a change from Cluster to Local. */
export type Established = 'kept' | 'cut' | 'all-cut' | 'none' | 'unknown';

export interface Cure {
  readonly text: string;
  /** An annotation of the Service, `key=value`. */
  readonly annotation?: string;
  /** A command; `{key}` stands for the value of an annotation of the Service. */
  readonly command?: string;
}

export interface BalancerKind {
  readonly name: string;
  /** The preset that models it; null: there is none. */
  readonly preset: PresetName | null;
  /** `pods`: it sends to pods directly, so the policy does not matter on its path. */
  readonly sendsTo: 'nodes' | 'pods';
  /** Does it send to node ports? Those that keep the balancer's address as destination do not need them. */
  readonly needsNodePorts: boolean;
  /** Which nodes it takes under Cluster at most; null: all. The subset is drawn by the controller. */
  readonly mostNodes: number | null;
  /** Can it weigh nodes by their number of pods under Local? */
  readonly weighs: boolean;
  readonly toLocal: {
    readonly established: Established;
    /** Until they are cut, seconds; null: unknown or never. */
    readonly cutAfterSeconds: number | null;
    /** What new connections meet, in a phrase. */
    readonly fresh: string;
    /** The check, the address or the target group is made anew: `replaced` target groups start unhealthy. */
    readonly replaces: 'nothing' | 'target-group' | 'address';
    /** What prevents it; null: nothing is known to. */
    readonly cure: Cure | null;
  };
  readonly source: string;
}

const common = {
  sendsTo: 'nodes',
  needsNodePorts: true,
  mostNodes: null,
  weighs: false,
} as const;

const detection = 'fail on nodes without a ready endpoint until its checks eject them';
const excludeFirst: Cure = {
  text: 'take nodes without an endpoint out of the balancer first, and wait until they carry nothing',
  command: 'kubectl label node NODE node.kubernetes.io/exclude-from-external-load-balancers=true',
};

const persist = (cure: Cure | null = excludeFirst) =>
  ({ established: 'kept', cutAfterSeconds: null, fresh: detection, replaces: 'nothing', cure }) as const;
const moot = {
  established: 'none',
  cutAfterSeconds: null,
  fresh: 'are not affected',
  replaces: 'nothing',
  cure: null,
} as const;
const unknown = {
  established: 'unknown',
  cutAfterSeconds: null,
  fresh: detection,
  replaces: 'nothing',
  cure: excludeFirst,
} as const;

/** ingress-gce takes nodes without a pod out of the NEG; a draining of 30 s, then all traffic to them stops. */
const negSwap = {
  established: 'cut',
  cutAfterSeconds: 30,
  fresh: 'fail for the time that the change takes to spread',
  replaces: 'nothing',
  cure: {
    text: 'let connections end by themselves: raise the draining before the change, the controller keeps it for TCP',
    command:
      'gcloud compute backend-services update {service.kubernetes.io/backend-service} --connection-draining-timeout=3600',
  },
} as const;

const rows = {
  'gke-neg': {
    ...common,
    name: 'GKE external passthrough load balancer, zonal NEGs',
    preset: 'gke-neg',
    needsNodePorts: false,
    mostNodes: 250,
    weighs: true,
    toLocal: negSwap,
    source:
      'ingress-gce pkg/neg/syncers/subsets.go, pkg/l4/backends/backends.go; Google Cloud "Enable connection draining"',
  },
  'gke-instance-groups': {
    ...common,
    name: 'GKE external passthrough load balancer, instance groups',
    preset: 'gke-instance-group',
    needsNodePorts: false,
    weighs: true,
    toLocal: persist(),
    source: 'ingress-gce pkg/utils/common/finalizer.go, pkg/l4/healthchecks/healthchecksl4.go',
  },
  'gke-target-pool': {
    ...common,
    name: 'GKE external load balancer on a target pool',
    preset: 'gke-target-pool',
    needsNodePorts: false,
    toLocal: {
      established: 'all-cut',
      cutAfterSeconds: 0,
      fresh: 'are answered by nobody until the forwarding rule is made anew; one report: 3 minutes',
      replaces: 'address',
      cure: { text: 'a second Service of class networking.gke.io/l4-regional-external, and DNS' },
    },
    source:
      'cloud-provider-gcp providers/gce/gce_loadbalancer_external.go ("neither target pools nor forwarding rules can be updated in place"); kubernetes/kubernetes#77512',
  },
  'gke-internal-subset': {
    ...common,
    name: 'GKE internal passthrough load balancer, subsetting',
    preset: 'gke-ilb-subsetting',
    needsNodePorts: false,
    mostNodes: 25,
    toLocal: negSwap,
    source: 'ingress-gce pkg/neg/syncers/subsets.go',
  },
  'gke-internal': {
    ...common,
    name: 'GKE internal passthrough load balancer, instance groups',
    preset: 'gke-instance-group',
    needsNodePorts: false,
    toLocal: persist(),
    source: 'ingress-gce pkg/utils/common/finalizer.go',
  },
  'gke-pods': {
    ...common,
    name: 'GKE container-native load balancing (GCE_VM_IP_PORT NEGs)',
    preset: 'pod-direct',
    sendsTo: 'pods',
    needsNodePorts: false,
    toLocal: moot,
    source: 'ingress-gce pkg/negannotation',
  },
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
  'aws-clb': {
    ...common,
    name: 'AWS Classic Load Balancer',
    preset: 'aws-clb',
    toLocal: persist(),
    source: 'cloud-provider-aws pkg/providers/v1/aws.go',
  },
  'azure-standard': {
    ...common,
    name: 'Azure Standard Load Balancer',
    preset: 'azure',
    needsNodePorts: false,
    toLocal: persist(),
    source: 'cloud-provider-azure docs, topics/loadbalancer; pkg/consts/consts.go',
  },
  'azure-multi-slb': {
    ...common,
    name: 'Azure, several Standard Load Balancers',
    preset: 'azure-multi-slb',
    needsNodePorts: false,
    toLocal: {
      established: 'cut',
      cutAfterSeconds: null,
      fresh: 'fail while its backend pool is made; changes are batched over 30 s',
      replaces: 'nothing',
      cure: { text: 'a pool of nodes of their own for the ingress, or a DaemonSet' },
    },
    source: 'cloud-provider-azure docs, "Multiple Standard LoadBalancers"',
  },
  digitalocean: {
    ...common,
    name: 'DigitalOcean Load Balancer',
    preset: 'digitalocean-network',
    toLocal: persist(),
    source: 'digitalocean-cloud-controller-manager docs/controllers/services/annotations.md',
  },
  hetzner: {
    ...common,
    name: 'Hetzner Cloud Load Balancer',
    preset: 'hetzner',
    toLocal: unknown,
    source: 'hcloud-cloud-controller-manager docs/reference/load_balancer_annotations.md',
  },
  octavia: {
    ...common,
    name: 'OpenStack Octavia',
    preset: 'octavia',
    toLocal: persist(),
    source: 'cloud-provider-openstack docs, "Expose applications using LoadBalancer type Service"',
  },
  oci: {
    ...common,
    name: 'OCI load balancer',
    preset: null,
    toLocal: unknown,
    source: 'oci-cloud-controller-manager docs/load-balancer-annotations.md',
  },
  alibaba: {
    ...common,
    name: 'Alibaba Cloud SLB, node backends',
    preset: null,
    toLocal: {
      established: 'cut',
      cutAfterSeconds: 0,
      fresh: 'fail for the time that the change takes to spread',
      replaces: 'nothing',
      cure: {
        text: 'turn connection draining on before the change, with its -timeout',
        annotation: 'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-connection-drain=on',
      },
    },
    source: 'kubernetes/cloud-provider-alibaba-cloud docs/usage.md',
  },
  'alibaba-pods': {
    ...common,
    name: 'Alibaba Cloud SLB, pod backends (ENI)',
    preset: 'pod-direct',
    sendsTo: 'pods',
    needsNodePorts: false,
    toLocal: moot,
    source: 'kubernetes/cloud-provider-alibaba-cloud docs/usage.md',
  },
  metallb: {
    ...common,
    name: 'MetalLB',
    preset: null,
    needsNodePorts: false,
    toLocal: {
      established: 'unknown',
      cutAfterSeconds: null,
      fresh: 'fail while the address moves to a node with an endpoint',
      replaces: 'nothing',
      cure: { text: 'an endpoint on the node that announces the address first' },
    },
    source: 'metallb.io "Usage: traffic policies"',
  },
  cilium: {
    ...common,
    name: 'Cilium LB IPAM',
    preset: null,
    needsNodePorts: false,
    toLocal: unknown,
    source: 'docs.cilium.io "LoadBalancer IP Address Management"',
  },
  k3s: {
    ...common,
    name: 'k3s ServiceLB',
    preset: null,
    toLocal: unknown,
    source: 'docs.k3s.io "Networking services: Service Load Balancer"',
  },
  'cloud-provider-kind': {
    ...common,
    name: 'cloud-provider-kind',
    preset: 'cloud-provider-kind',
    toLocal: persist(),
    source: 'kubernetes-sigs/cloud-provider-kind pkg/loadbalancer',
  },
  unknown: {
    ...common,
    name: 'an unknown load balancer',
    preset: null,
    toLocal: unknown,
    source: 'nothing in the Service or in the nodes names one',
  },
} as const satisfies Record<string, BalancerKind>;

export type BalancerId = keyof typeof rows;
export const balancerIds = Object.keys(rows) as [BalancerId, ...BalancerId[]];
export const balancers: Readonly<Record<BalancerId, BalancerKind>> = rows;
