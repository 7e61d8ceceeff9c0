import type { Nanoseconds, NodeName } from '../base/units.ts';
import type { HistoryEvent } from '../history/schema.ts';
import type { BalancerSight } from '../policies/sight.ts';

/** Follows what the balancer does, event by event: the evidence that a switchover's steps wait for. */
interface BalancerWatch extends BalancerSight {
  observe(event: HistoryEvent): void;
}

export function balancerWatch(): BalancerWatch {
  const targets = new Set<NodeName>();
  const healthy = new Set<NodeName>();
  const lastOpened = new Map<NodeName, Nanoseconds>();
  const lastCheck = new Map<NodeName, { at: Nanoseconds; ok: boolean; port: number | null }>();
  const nodeOf = new Map<number, NodeName>();
  /** Requests at an HTTP balancer: each counts as a connection does. */
  const underWay = new Map<number, NodeName>();
  const open = new Map<NodeName, number>();
  const count = (node: NodeName, by: 1 | -1) => open.set(node, (open.get(node) ?? 0) + by);
  let policy: BalancerSight['policy'] = null;
  let reconciledAt: Nanoseconds = 0;
  return {
    targets,
    healthy,
    get policy() {
      return policy;
    },
    get reconciledAt() {
      return reconciledAt;
    },
    openConnections: (node) => open.get(node) ?? 0,
    lastOpened: (node) => lastOpened.get(node) ?? null,
    lastCheck: (node) => lastCheck.get(node) ?? null,
    observe(event) {
      switch (event.type) {
        case 'reconcile':
          policy = event.policy;
          reconciledAt = event.t;
          targets.clear();
          for (const node of event.nodes) targets.add(node);
          return;
        case 'health':
          if (event.eligible && event.healthy) healthy.add(event.node);
          else healthy.delete(event.node);
          return;
        case 'check':
          lastCheck.set(event.node, { at: event.dueAt, ok: event.ok, port: event.port ?? null });
          return;
        case 'edge-open':
          if (event.node === null) return;
          lastOpened.set(event.node, event.t);
          nodeOf.set(event.conn, event.node);
          return count(event.node, 1);
        case 'edge-request': {
          if (event.node === null) return;
          lastOpened.set(event.node, event.t);
          const before = underWay.get(event.request);
          if (before !== undefined) count(before, -1);
          underWay.set(event.request, event.node);
          return count(event.node, 1);
        }
        case 'edge-response': {
          const node = underWay.get(event.request);
          if (underWay.delete(event.request) && node !== undefined) count(node, -1);
          return;
        }
        case 'edge-close':
          if (nodeOf.delete(event.conn) && event.node !== null) count(event.node, -1);
      }
    },
  };
}
