import type { V1Pod } from '@kubernetes/client-node';
import * as z from 'zod';
import type { Milliseconds } from '../../base/units.ts';
import { type ChangeKind, type Undone, type World, waitIn } from '../change.ts';
import { orGone } from './patching.ts';

/** One pod. The uid distinguishes it from a later pod of the same name. */
export const podTarget = z.object({
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  node: z.string(),
});
export type PodTarget = z.infer<typeof podTarget>;

const podBefore = z.object({ ownerKind: z.string().nullable() });

/** Which controller made the pod. Null: the pod is gone. */
async function lookAtPod(world: World, target: PodTarget): Promise<z.infer<typeof podBefore> | null> {
  const pod = await readPod(world, target);
  return pod === null ? null : { ownerKind: pod.metadata?.ownerReferences?.[0]?.kind ?? null };
}

/** Null: it is gone, or another has its name. */
export async function readPod(world: World, { namespace, name, uid }: PodTarget): Promise<V1Pod | null> {
  const pod = await orGone(() => world.core().readNamespacedPod({ name, namespace }));
  return pod?.metadata?.uid === uid ? pod : null;
}

/** Waits until the pod is gone. Throws `fault-failed` at the limit (cluster time). */
async function waitUntilGone(world: World, target: PodTarget, limit: Milliseconds): Promise<void> {
  const gone = async () => (await readPod(world, target)) === null;
  await waitIn(world, `pod ${target.name} to end`, limit, gone, { pauseMs: 500 });
}

/** A pod that is gone is not brought back: its controller makes another, and where that one runs is the placement's matter. */
const replacedByController = async (): Promise<Undone> => ({
  result: 'already',
  detail: 'its controller makes another pod',
});

interface PodEnd<Wanted extends { readonly limitMs: Milliseconds }> {
  readonly kind: string;
  readonly wanted: z.ZodType<Wanted>;
  readonly describe: (target: PodTarget) => string;
  /** Asks the API to end the pod; false: it had gone by itself, and there is nothing to wait for. */
  readonly ask: (world: World, target: PodTarget, wanted: Wanted) => Promise<boolean>;
}

/** A change that ends one pod through the API and waits until it has ended. True: it was there. */
export const podEnd = <Wanted extends { readonly limitMs: Milliseconds }>({
  kind,
  wanted,
  describe,
  ask,
}: PodEnd<Wanted>): ChangeKind<PodTarget, z.infer<typeof podBefore> | null, Wanted, boolean> => ({
  kind,
  scope: 'cluster',
  target: podTarget,
  before: podBefore.nullable(),
  wanted,
  describe,
  look: lookAtPod,
  async do(world, { target, before, wanted }) {
    if (before === null || !(await ask(world, target, wanted))) return false;
    await waitUntilGone(world, target, wanted.limitMs);
    return true;
  },
  undo: replacedByController,
});
