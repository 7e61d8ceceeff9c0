import * as z from 'zod';
import type { NodeName } from '../base/units.ts';
import { type AnyKind, anyKind, kubectlHint, type Undone, type World, waitIn } from '../changes/change.ts';
import type { Effects } from '../changes/effects.ts';
import { type PodTarget, podTarget, readPod } from '../changes/kinds/pod.ts';
import { isReadyPod } from '../kube/pods.ts';
import type { NodePower } from './node-power.ts';

const node = z.object({ node: z.string() });
const silence = z.object({ how: z.enum(['off', 'unplugged']) });
const shutdown = z.object({ which: z.enum(['ordinary', 'critical']), graceMs: z.number() });

/** How long a killed pod may take to be Ready again; generous, as back-off may add to it. Cluster milliseconds. */
const readyWithin = 120_000;

/** A provider's power over its nodes, as changes. `addressOf`: of a node as it was when the cluster came up. */
export function nodeEffects(power: NodePower, addressOf: (node: NodeName) => string): Required<Effects> {
  const back = async (
    name: NodeName,
    how: 'off' | 'unplugged' | 'shutdown',
    address: string,
  ): Promise<Undone> =>
    (await power.on(name, how, address))
      ? { result: 'restored', detail: `${name} is Ready` }
      : { result: 'already', detail: `${name} was running` };
  return {
    power: {
      kind: 'node-power',
      scope: 'cluster',
      target: node,
      before: z.object({ address: z.string() }),
      wanted: silence,
      describe: (target, { how }) => `node ${target.node} ${how}`,
      look: async (_world, target) => ({ address: addressOf(target.node) }),
      do: (_world, { target, wanted }) =>
        wanted.how === 'off' ? power.off(target.node) : power.unplug(target.node),
      undo: (_world, { target, before, wanted }) => back(target.node, wanted.how, before.address),
    },
    shutdownPods: {
      kind: 'pod-shutdown',
      scope: 'cluster',
      target: node,
      before: z.null(),
      wanted: shutdown,
      describe: (target, { which }) => `${which} pods of node ${target.node} ended by its shutdown`,
      look: async () => null,
      do: (_world, { target, wanted }) => power.shutdownPods(target.node, wanted.which, wanted.graceMs),
      undo: (_world, { target }) => back(target.node, 'shutdown', addressOf(target.node)),
    },
    killPod: {
      kind: 'pod-kill',
      scope: 'cluster',
      target: podTarget,
      before: z.null(),
      wanted: z.record(z.string(), z.never()),
      describe: (target) => `pod ${target.namespace}/${target.name} killed`,
      look: async () => null,
      do: (_world, { target }) => power.killPod(target),
      undo: (world, { target }) => readyAgain(world, target),
    },
  };
}

async function readyAgain(world: World, target: PodTarget): Promise<Undone> {
  let replaced = false;
  const ready = async () => {
    const pod = await readPod(world, target);
    replaced = pod === null;
    return pod === null || isReadyPod(pod);
  };
  await waitIn(world, `pod ${target.name} on ${target.node} to be Ready again`, readyWithin, ready, {
    pauseMs: 1000,
    ...kubectlHint(world, `describe pods --all-namespaces --field-selector spec.nodeName=${target.node}`),
  });
  return replaced
    ? { result: 'already', detail: 'another pod has taken its place' }
    : { result: 'restored', detail: `pod ${target.name} is Ready` };
}

/** The same as kinds for a journal that is read back. */
export const anyEffects = ({ power, shutdownPods, killPod }: Required<Effects>): AnyKind[] => [
  anyKind(power),
  anyKind(shutdownPods),
  anyKind(killPod),
];
