import { nsPerMs } from '../../../base/units.ts';
import { isBeingDeleted } from '../../../kube/pods.ts';
import { hasReadyCondition } from '../../../kube/ready.ts';
import { deleteObject } from '../api/deletion.ts';
import type { Pod } from '../api/kinds.ts';
import type { Context } from '../context.ts';
import type { Controller } from './controller.ts';

/**
 * Removes pods that no kubelet will end: those of a Node that is gone (pkg/controller/podgc: gcOrphaned, without its
 * 40 s of patience), and those that became Terminating while their node was silent and are still there when their grace
 * is over after its return (a fresh node does not know them; one that was only unplugged ends them itself within it).
 */
export function podCollector(context: Context): Controller {
  /** For each pod uid, the time since which its node is back, monotonic ns; null while it is silent. */
  const stranded = new Map<string, number | null>();
  return {
    name: 'pod-collector',
    watches: ['pods', 'nodes'],
    sync() {
      const now = context.clock.now();
      const pods = context.store.list('pods');
      const alive = new Set(pods.map((pod) => pod.metadata.uid));
      for (const uid of stranded.keys()) if (!alive.has(uid)) stranded.delete(uid);
      let next: number | undefined;
      for (const pod of pods) {
        if (pod.spec.nodeName === undefined) continue;
        const node = context.store.get('nodes', undefined, pod.spec.nodeName);
        if (node === undefined) {
          deleteObject(context, 'pods', pod, { gracePeriodSeconds: 0 });
          continue;
        }
        if (!isBeingDeleted(pod)) continue;
        const { uid } = pod.metadata;
        if (!hasReadyCondition(node)) {
          stranded.set(uid, null);
          continue;
        }
        const known = stranded.get(uid);
        if (known === undefined) continue;
        const back = known ?? now;
        stranded.set(uid, back);
        const left = graceMs(context, pod) - (now - back) / nsPerMs;
        if (left <= 0) deleteObject(context, 'pods', pod, { gracePeriodSeconds: 0 });
        else next = Math.min(next ?? left, left);
      }
      return next;
    },
  };
}

/** The pod's own grace and a monitor period more, for the kubelet's word to arrive. */
function graceMs(context: Context, pod: Pod): number {
  const seconds = pod.metadata.deletionGracePeriodSeconds ?? 30;
  return (seconds * 1000) / context.timeScale + context.timers.nodeMonitorPeriodMs;
}
