import { nsPerMs } from '../../../base/units.ts';
import { isBeingDeleted, isOver } from '../../../kube/pods.ts';
import { tolerates } from '../../../kube/tolerations.ts';
import { defaultTolerationSeconds } from '../admission/pod.ts';
import { deleteObject } from '../api/deletion.ts';
import type { Pod, Taint, Toleration } from '../api/kinds.ts';
import type { Context } from '../context.ts';
import { setPodCondition } from './conditions.ts';
import type { Controller } from './controller.ts';
import { recordEvent } from './events.ts';

const source = 'taint-eviction-controller';

/** Deletes pods that do not, or no longer, tolerate a NoExecute taint (pkg/controller/tainteviction). */
export function taintEviction(context: Context): Controller {
  /** Since when each pod's node repels it, monotonic ns by pod uid. */
  const since = new Map<string, number>();
  return {
    name: 'taint-eviction',
    watches: ['pods', 'nodes'],
    sync() {
      const now = context.clock.now();
      const repelled = new Set<string>();
      let next: number | undefined;
      for (const pod of context.store.list('pods')) {
        const delay = isBeingDeleted(pod) || isOver(pod) ? undefined : evictionDelay(context, pod);
        if (delay === undefined) continue;
        const { uid } = pod.metadata;
        repelled.add(uid);
        const start = since.get(uid) ?? now;
        since.set(uid, start);
        const left = delay - (now - start) / nsPerMs;
        if (left <= 0) evict(context, pod);
        else next = Math.min(next ?? left, left);
      }
      for (const uid of since.keys()) if (!repelled.has(uid)) since.delete(uid);
      return next;
    },
  };
}

/** Real ms that a pod may stay from now that its node is tainted; undefined: for ever. */
function evictionDelay(context: Context, pod: Pod): number | undefined {
  const node =
    pod.spec.nodeName === undefined ? undefined : context.store.get('nodes', undefined, pod.spec.nodeName);
  const taints = (node?.spec?.taints ?? []).filter((taint) => taint.effect === 'NoExecute');
  if (taints.length === 0) return undefined;
  const delays = taints.map((taint) => tolerated(context, pod.spec.tolerations ?? [], taint));
  const shortest = Math.min(...delays);
  return Number.isFinite(shortest) ? shortest : undefined;
}

function tolerated(context: Context, tolerations: readonly Toleration[], taint: Taint): number {
  const matching = tolerations.filter((toleration) => tolerates(toleration, taint));
  if (matching.length === 0) return 0;
  const seconds = matching
    .map((toleration) => toleration.tolerationSeconds)
    .filter((value) => value !== undefined);
  if (seconds.length === 0) return Number.POSITIVE_INFINITY;
  const shortest = Math.max(0, Math.min(...seconds));
  // The defaulted one is rounded to whole seconds in the object; the timer itself is exact.
  if (shortest === defaultTolerationSeconds(context)) return context.timers.podEvictionMs;
  return (shortest * 1000) / context.timeScale;
}

function evict(context: Context, pod: Pod): void {
  const { namespace, name } = pod.metadata;
  const message = `Marking for deletion Pod ${namespace}/${name}`;
  recordEvent(context, pod, { type: 'Normal', reason: 'TaintManagerEviction', message, source });
  const set = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
  };
  const marked = setPodCondition(context, namespace, name, set);
  deleteObject(context, 'pods', marked);
}
