import { type BalancerKind, common, persist, unknown } from './kind.ts';

/** Balancers that run in the cluster or beside it, and the one that nobody knows. */
export const ownBalancers = {
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
