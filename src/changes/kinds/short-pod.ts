import type { V1Pod } from '@kubernetes/client-node';
import * as z from 'zod';
import { MidflightError } from '../../base/errors.ts';
import { isOver, neverStarts } from '../../kube/pods.ts';
import { type ChangeKind, type Undone, type World, waitIn } from '../change.ts';
import { orGone } from './patching.ts';

const target = z.object({ namespace: z.string(), name: z.string() });
type Target = z.infer<typeof target>;
const wanted = z.object({
  /** The pod's manifest, as JSON. */
  manifest: z.string(),
  /** How long it may take to end, the image's pull included. Cluster milliseconds. */
  limitMs: z.number(),
});

/** On every such pod, with its own name: only what has it is removed. */
export const shortPodLabel = 'midflight.dev/short-pod';

/** How long the kubelet may take to remove it, cluster milliseconds. */
const goneWithinMs = 60_000;

/**
 * A pod that runs one command to its end. Resolves with what it printed. Throws `cluster-failed` if it does not start or
 * ends with another code than 0. Undone, it is gone.
 */
export const shortPod: ChangeKind<Target, null, z.infer<typeof wanted>, string> = {
  kind: 'short-pod',
  scope: 'cluster',
  target,
  before: z.null(),
  wanted,
  describe: ({ namespace, name }) => `pod ${namespace}/${name}`,
  look: async () => null,
  async do(world, { target: at, wanted: { manifest, limitMs } }) {
    const body: V1Pod = JSON.parse(manifest);
    await world.core().createNamespacedPod({ namespace: at.namespace, body });
    let pod: V1Pod | null = null;
    const ended = async () => {
      pod = await orGone(() => world.core().readNamespacedPod({ ...at }));
      if (pod === null) throw failed(at, 'was deleted by somebody else');
      const stuck = pod.status?.containerStatuses
        ?.map(({ state }) => state?.waiting)
        .find((waiting) => neverStarts(waiting?.reason));
      if (stuck !== undefined) throw failed(at, `does not start: ${stuck.reason}: ${stuck.message ?? ''}`);
      return isOver(pod);
    };
    await waitIn(world, `pod ${at.namespace}/${at.name} to end`, limitMs, ended, {
      pauseMs: 250,
      code: 'cluster-failed',
      hint: `kubectl describe pod --namespace ${at.namespace} ${at.name}`,
    });
    const text = await world.core().readNamespacedPodLog({ ...at });
    const { phase, reason, message } = (pod as V1Pod | null)?.status ?? {};
    if (phase === 'Succeeded') return text;
    const said = text.trim().split('\n').at(-1) ?? '';
    throw failed(at, `failed: ${[reason, message, said].filter((word) => (word ?? '') !== '').join(': ')}`);
  },
  async undo(world, { target: at }): Promise<Undone> {
    const pod = await orGone(() => world.core().readNamespacedPod({ ...at }));
    if (pod === null) return { result: 'already', detail: 'it is gone' };
    if (pod.metadata?.labels?.[shortPodLabel] !== at.name)
      return { result: 'left', detail: 'a pod of somebody else has its name' };
    await orGone(() => world.core().deleteNamespacedPod({ ...at }));
    await waitUntilNamedGone(world, at);
    return { result: 'restored', detail: 'removed' };
  },
};

const waitUntilNamedGone = (world: World, at: Target): Promise<void> =>
  waitIn(
    world,
    `pod ${at.namespace}/${at.name} to be gone`,
    goneWithinMs,
    async () => (await orGone(() => world.core().readNamespacedPod({ ...at }))) === null,
    { pauseMs: 250, code: 'cluster-failed' },
  );

const failed = ({ namespace, name }: Target, what: string) =>
  new MidflightError('cluster-failed', `pod ${namespace}/${name} ${what}`);
