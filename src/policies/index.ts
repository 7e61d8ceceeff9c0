import { type PolicyName, policies, type SwitchoverName } from '../catalogue/policies.ts';
import { inPlace } from './in-place.ts';
import type { Strategy, Switchover } from './strategy.ts';

/** Every way to change a policy under load, by its name in the catalogue. */
const switchovers: Readonly<Record<SwitchoverName, Switchover>> = {
  'in-place': inPlace,
};

/** How a policy of a scenario is carried out. */
export function strategyOf(name: PolicyName): Strategy {
  const traits = policies[name];
  const { initial, final, switchover } = traits;
  const switchOver = switchover === null ? null : switchovers[switchover];
  return {
    name,
    initial,
    final,
    switchOver: switchOver === null ? null : (context) => switchOver(context, traits),
  };
}

export type { PolicyContext, Strategy } from './strategy.ts';
