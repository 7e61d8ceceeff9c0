import { nsPerMs } from '../../../base/units.ts';
import { hasReadyCondition, readyConditionOf } from '../../../kube/ready.ts';
import { stableJson } from '../api/json.ts';
import type { Node } from '../api/kinds.ts';
import { updateObject } from '../api/registry.ts';
import { type Context, timestamp } from '../context.ts';
import { setPodCondition, withCondition } from './conditions.ts';
import type { Controller } from './controller.ts';
import { recordEvent } from './events.ts';
import { setTaints } from './node-taints.ts';

const leaseNamespace = 'kube-node-lease';
const source = 'node-controller';
/** Set to Unknown together (pkg/controller/nodelifecycle/node_lifecycle_controller.go: tryUpdateNodeHealth). */
const watchedConditions = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

interface Health {
  /** When a renewal was last noticed, monotonic ns: at an examination, not when it happened, as in Kubernetes. */
  noticedAt: number;
  signature: string;
}

/** monitorNodeHealth of the node lifecycle controller: looks at leases and statuses once per monitor period. */
export function nodeMonitor(context: Context): Controller {
  const known = new Map<string, Health>();
  return {
    name: 'node-monitor',
    watches: [],
    sync() {
      const nodes = context.store.list('nodes');
      for (const uid of known.keys()) if (!nodes.some((node) => node.metadata.uid === uid)) known.delete(uid);
      for (const node of nodes) {
        known.set(node.metadata.uid, examine(context, node, known.get(node.metadata.uid)));
      }
      return context.timers.nodeMonitorPeriodMs;
    },
  };
}

function signatureOf(context: Context, node: Node): string {
  const lease = context.store.get('leases', leaseNamespace, node.metadata.name);
  const ready = readyConditionOf(node);
  return stableJson([lease?.spec?.renewTime, ready]);
}

function examine(context: Context, node: Node, before: Health | undefined): Health {
  const now = context.clock.now();
  const signature = signatureOf(context, node);
  const noticedAt = before?.signature === signature ? before.noticedAt : now;
  const silent = now - noticedAt > context.timers.nodeMonitorGraceMs * nsPerMs;
  const current = silent ? markUnknown(context, node) : node;
  const ready = readyConditionOf(current)?.status;
  // Only if this very examination took the node's readiness: if a kubelet itself reports False (a shutdown), the
  // controller makes taints, and the pods stay as the kubelet reports them.
  if (ready !== 'True' && hasReadyCondition(node)) {
    const message = `Node ${node.metadata.name} status is now: NodeNotReady`;
    recordEvent(context, node, { type: 'Normal', reason: 'NodeNotReady', message, source });
    markPodsNotReady(context, node.metadata.name);
  }
  taintNoExecute(context, current, ready);
  return { noticedAt, signature: silent ? signatureOf(context, current) : signature };
}

function markUnknown(context: Context, node: Node): Node {
  const now = timestamp(context.wall());
  return updateObject(
    context,
    'nodes',
    undefined,
    node.metadata.name,
    (current) => {
      let conditions = current.status?.conditions ?? [];
      for (const type of watchedConditions) {
        const old = conditions.find((condition) => condition.type === type);
        if (old?.status === 'Unknown') continue;
        const never = old === undefined;
        const set = {
          type,
          status: 'Unknown',
          reason: never ? 'NodeStatusNeverUpdated' : 'NodeStatusUnknown',
          message: never ? 'Kubelet never posted node status.' : 'Kubelet stopped posting node status.',
          ...(never ? { lastHeartbeatTime: current.metadata.creationTimestamp } : {}),
        };
        conditions = withCondition(conditions, set, now);
      }
      return { ...current, status: { ...current.status, conditions } };
    },
    'status',
  );
}

/** pkg/controller/util/node/controller_utils.go: MarkPodsNotReady. */
function markPodsNotReady(context: Context, nodeName: string): void {
  for (const pod of context.store.list('pods')) {
    if (pod.spec.nodeName !== nodeName) continue;
    if (!hasReadyCondition(pod)) continue;
    const set = { type: 'Ready', status: 'False' };
    setPodCondition(context, pod.metadata.namespace, pod.metadata.name, set);
    const message = 'Node is not ready';
    recordEvent(context, pod, { type: 'Warning', reason: 'NodeNotReady', message, source });
  }
}

function taintNoExecute(context: Context, node: Node, ready: string | undefined): void {
  const key =
    ready === 'False'
      ? 'node.kubernetes.io/not-ready'
      : ready === 'Unknown'
        ? 'node.kubernetes.io/unreachable'
        : undefined;
  const others = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
  setTaints(context, node.metadata.name, 'NoExecute', others, key === undefined ? [] : [key]);
}
