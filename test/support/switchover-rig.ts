import type { NodeSight, SwitchoverContext } from '../../src/policies/index.ts';
import { presets } from '../../src/presets/index.ts';
import { balancerWatch } from '../../src/run/balancer-watch.ts';

/* A switchover's context without a cluster: what it changes is listed, and the test says what the balancer does. */

export const node = (name: string, more: Partial<NodeSight> = {}): NodeSight => ({
  name,
  labels: {},
  excludedFor: [],
  taints: [],
  unschedulable: false,
  runsIngress: name.startsWith('with') || name.startsWith('extra'),
  runsExtraIngressOnly: name.startsWith('extra'),
  ...more,
});

const template = {
  metadata: { labels: { app: 'ingress', 'pod-template-hash': 'abc' } },
  spec: { containers: [{ name: 'ingress' }], nodeSelector: { pool: 'stable' } },
};
export const closing = {
  type: 'edge-close',
  client: 'c',
  upstreamLocal: null,
  connect: 'connected',
  connectNs: 0,
  connectedAt: null,
  bytesUp: 0,
  bytesDown: 0,
  lastDownAt: null,
  clientEnd: 'fin',
  upstreamEnd: 'fin',
} as const;

export function rig(more: Partial<SwitchoverContext> = {}) {
  const made: string[] = [];
  let now = 0;
  const balancer = balancerWatch();
  const ready = new Set(['with']);
  const lost = new Set<string>();
  const context: SwitchoverContext = {
    changes: {
      async make(kind, target, wanted) {
        made.push(kind.describe(target, wanted));
        return undefined as never;
      },
    },
    service: { namespace: 'n', name: 'web' },
    edge: presets.haproxy,
    final: 'Local',
    second: null,
    serviceLike: async (name, policy) => ({ metadata: { name }, spec: { externalTrafficPolicy: policy } }),
    readyIngress: () => ready,
    isLost: (node) => lost.has(node),
    others: async () => [],
    ingressTemplate: async () => template,
    awaitEstablished: false,
    balancer,
    nodes: async () => [node('with'), node('bare')],
    ports: async () => ({ nodePort: 30_080, healthCheckNodePort: 32_000 }),
    now: () => now,
    quietNs: 10,
    ...more,
  };
  return {
    context,
    made,
    ready,
    lost,
    at(t: number) {
      now = t;
    },
    reconcile: (t: number, nodes: string[], policy: 'Cluster' | 'Local' = 'Cluster') =>
      balancer.observe({ type: 'reconcile', t, policy, healthCheckNodePort: null, nodes }),
    opened: (t: number, name: string) =>
      balancer.observe({ type: 'edge-open', t, conn: t, client: 'c', node: name }),
    closed: (t: number, conn: number, name: string) => balancer.observe({ ...closing, t, conn, node: name }),
    health: (name: string, healthy: boolean) =>
      balancer.observe({ type: 'health', t: now, node: name, eligible: true, healthy, reason: '' }),
    check: (dueAt: number, name: string, ok: boolean, port: number) =>
      balancer.observe({ type: 'check', t: dueAt, dueAt, node: name, ok, detail: '', port }),
  };
}

export const having = (...list: NodeSight[]) => ({ nodes: async () => list });
