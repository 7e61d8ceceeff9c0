import type { NodeName } from '../../base/units.ts';
import { type Effects, effectForms } from '../../changes/effects.ts';
import { nodeEffects } from '../node-effects.ts';
import type { EmbeddedCluster } from './create.ts';
import { machineOf, powerOf } from './power.ts';

/** What can be done to the nodes of the cluster that `up` returns once it is up. */
export function embeddedEffects(up: () => EmbeddedCluster) {
  const power = powerOf(up);
  const addressOf = (node: string) => up().topology.find(({ name }) => name === node)?.address ?? '';
  const frozen = new Set<NodeName>();
  return {
    ...nodeEffects(() => power, addressOf),
    freezeRules: {
      ...effectForms.freezeRules,
      look: async () => null,
      do(_world, { target: { node } }) {
        frozen.add(node);
        return machineOf(up(), node).kubeProxy(false);
      },
      async undo(_world, { target: { node } }) {
        if (!frozen.has(node)) return { result: 'already', detail: `the rules of ${node} are current` };
        await machineOf(up(), node).kubeProxy(true);
        frozen.delete(node);
        return { result: 'restored', detail: `the rules of ${node} are current` };
      },
    },
  } satisfies Effects;
}
