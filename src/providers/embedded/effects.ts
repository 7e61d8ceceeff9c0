import type { Effects } from '../../changes/effects.ts';
import { nodeEffects } from '../node-effects.ts';
import type { EmbeddedCluster } from './create.ts';
import { powerOf } from './power.ts';

/** What can be done to the nodes of the cluster that `up` returns once it is up. */
export function embeddedEffects(up: () => EmbeddedCluster) {
  const power = powerOf(up);
  const addressOf = (node: string) => up().topology.find(({ name }) => name === node)?.address ?? '';
  return { ...nodeEffects(() => power, addressOf) } satisfies Effects;
}
