import { type BalancerKind, common, moot, persist, unknown } from './kind.ts';

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

/** Google Cloud's load balancers. */
export const googleBalancers = {
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
  'gke-ingress': {
    ...common,
    name: 'GKE Ingress (Application Load Balancer) on instance groups',
    preset: null, // none speaks HTTP and checks as it does; experiments/gce-ingress.yaml has its checks
    toLocal: unknown,
    source:
      'Google Cloud "GKE Ingress for Application Load Balancers" and "Container-native load balancing through Ingress"',
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
} as const satisfies Record<string, BalancerKind>;
