import type { V1Pod } from '@kubernetes/client-node';
import * as z from 'zod';
import { isLive, isOver, isReadyPod } from '../../kube/pods.ts';
import { type ChangeKind, kubectlHint, type World, waitIn } from '../change.ts';

const group = z.object({ namespace: z.string(), labelSelector: z.string() });
type Group = z.infer<typeof group>;
const target = z.object({ groups: z.array(group) });
/** Pods by node, for each group, ready or not: one that is not ready at this moment has its place all the same. */
const before = z.array(z.record(z.string(), z.int()));
const wanted = z.object({
  /** How long moved pods may take to be Ready at their old places. Cluster milliseconds. */
  limitMs: z.number(),
});

/**
 * Where the pods of some workloads run. It is made before anything that moves pods, and changes nothing itself; its undo
 * brings them back: while a node lacks a pod, one too many on another is deleted, and the scheduler prefers the node that has
 * none. How many there are is their controller's matter.
 */
export const placement: ChangeKind<z.infer<typeof target>, z.infer<typeof before>, z.infer<typeof wanted>> = {
  kind: 'placement',
  scope: 'cluster',
  target,
  before,
  wanted,
  describe: ({ groups }) =>
    `where the pods of ${groups.map(({ labelSelector }) => labelSelector).join(' and ')} run`,
  look: (world, { groups }) => Promise.all(groups.map((one) => counts(world, one))),
  do: async () => {},
  async undo(world, { target: { groups }, before: wantedCounts, wanted: { limitMs } }) {
    let looks = 0;
    const settled = async () => {
      looks += 1;
      const each = groups.map((one, index) => restored(world, one, wantedCounts[index] ?? {}));
      return (await Promise.all(each)).every(Boolean);
    };
    await waitIn(world, 'the pods to be back at their places', limitMs, settled, {
      pauseMs: 1000,
      code: 'cluster-failed',
      ...kubectlHint(world, 'get pods --all-namespaces --output wide'),
    });
    return looks === 1
      ? { result: 'already', detail: 'all pods are at their places' }
      : { result: 'restored', detail: 'all pods are back at their places' };
  },
};

async function podsOf(world: World, { namespace, labelSelector }: Group): Promise<V1Pod[]> {
  const { items } = await world.core().listNamespacedPod({ namespace, labelSelector });
  // A pod that a node's shutdown ended stays in the API as Failed; its controller has made another.
  return items.filter((pod) => !isOver(pod));
}

async function counts(world: World, one: Group): Promise<Record<string, number>> {
  return countByNode((await podsOf(world, one)).filter((pod) => isLive(pod) && pod.spec?.nodeName));
}

function countByNode(pods: readonly V1Pod[]): Record<string, number> {
  const byNode: Record<string, number> = {};
  for (const { spec } of pods) {
    const node = spec?.nodeName ?? '';
    byNode[node] = (byNode[node] ?? 0) + 1;
  }
  return byNode;
}

/** Takes one step towards it; true: it is so. */
async function restored(
  world: World,
  one: Group,
  wantedCounts: Readonly<Record<string, number>>,
): Promise<boolean> {
  const pods = await podsOf(world, one);
  if (!pods.every(isReadyPod)) return false; // something is under way
  const now = countByNode(pods);
  if (Object.entries(wantedCounts).every(([node, count]) => (now[node] ?? 0) >= count)) return true;
  const excess = pods.find(({ spec }) => {
    const node = spec?.nodeName ?? '';
    return (now[node] ?? 0) > (wantedCounts[node] ?? 0);
  });
  if (excess !== undefined) {
    const { name = '', namespace = '' } = excess.metadata ?? {};
    await world.core().deleteNamespacedPod({ name, namespace });
  }
  return false;
}
