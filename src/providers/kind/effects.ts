import type { Effects } from '../../changes/effects.ts';
import { nodeEffects } from '../node-effects.ts';
import type { NodePower } from '../node-power.ts';

/** What can be done to the nodes of a kind cluster. `power` is asked for when it is needed: a cluster may not be up yet. */
export const kindEffects = (power: () => NodePower, addressOf: (node: string) => string) =>
  ({ ...nodeEffects(power, addressOf) }) satisfies Effects;
