import { type BalancerKind, common, persist } from './kind.ts';

/** Azure's load balancers. */
export const azureBalancers = {
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
} as const satisfies Record<string, BalancerKind>;
