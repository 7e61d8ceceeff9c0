import { type BalancerKind, common, moot, persist, unknown } from './kind.ts';

/** Load balancers of other clouds. */
export const otherCloudBalancers = {
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
} as const satisfies Record<string, BalancerKind>;
