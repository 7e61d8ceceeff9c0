import type { NodeName } from '../base/units.ts';
import { kubectlHint, type Undone, type World, waitIn } from '../changes/change.ts';
import { type Effects, effectForms } from '../changes/effects.ts';
import { type PodTarget, readPod } from '../changes/kinds/pod.ts';
import { isReadyPod } from '../kube/pods.ts';
import type { Broken, NodePower } from './node-power.ts';

/** How long a killed pod may take to be Ready again; generous, as back-off may add to it. Cluster milliseconds. */
const readyWithin = 120_000;

/**
 * The effects that are made of a provider's power over its nodes. `power` is asked for when it is needed; `addressOf`: of a
 * node as it was when the cluster came up.
 */
export function nodeEffects(power: () => NodePower, addressOf: (node: NodeName) => string) {
  const back = async (name: NodeName, how: Broken, address: string): Promise<Undone> =>
    (await power().on(name, how, address))
      ? { result: 'restored', detail: `${name} is Ready` }
      : { result: 'already', detail: `${name} was running` };
  return {
    power: {
      ...effectForms.power,
      look: async (_world, target) => ({ address: addressOf(target.node) }),
      do: (_world, { target, wanted }) =>
        wanted.how === 'off' ? power().off(target.node) : power().unplug(target.node),
      undo: (_world, { target, before, wanted }) => back(target.node, wanted.how, before.address),
    },
    shutdownPods: {
      ...effectForms.shutdownPods,
      look: async () => null,
      do: (_world, { target, wanted }) => power().shutdownPods(target.node, wanted.which, wanted.graceMs),
      undo: (_world, { target }) => back(target.node, 'shutdown', addressOf(target.node)),
    },
    stopKubelet: {
      ...effectForms.stopKubelet,
      look: async () => null,
      do: (_world, { target }) => power().stopKubelet(target.node),
      undo: (_world, { target }) => back(target.node, 'kubelet', addressOf(target.node)),
    },
    killPod: {
      ...effectForms.killPod,
      look: async () => null,
      do: (_world, { target }) => power().killPod(target),
      undo: (world, { target }) => readyAgain(world, target),
    },
  } satisfies Effects;
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
