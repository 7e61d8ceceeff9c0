import { type PolicyName, policies } from '../catalogue/policies.ts';
import type { SwitchoverName } from '../catalogue/switchovers.ts';
import type { PlannedEdge } from '../plan/schema.ts';
import { arrangements } from './arrangements.ts';
import { daemonsetFirst } from './daemonset-first.ts';
import { excludeFirst } from './exclude-first.ts';
import { inPlace } from './in-place.ts';
import { keepEstablished } from './keep-established.ts';
import { parallelService } from './parallel-service.ts';
import { pinCheck } from './pin-check.ts';
import type { Precondition, Strategy, Switchover, SwitchoverContext } from './strategy.ts';

/** Every way to change a policy under load, by its name in the catalogue. */
const switchovers: Readonly<Record<SwitchoverName, Switchover>> = {
  'in-place': inPlace,
  'exclude-first': excludeFirst,
  'pin-check': pinCheck,
  'keep-established': keepEstablished,
  'daemonset-first': daemonsetFirst,
  'parallel-service': parallelService,
};

/** How a policy of a scenario is carried out in front of this balancer. */
export function strategyOf(name: PolicyName, edge: PlannedEdge): Strategy {
  const traits = policies[name];
  const { initial, final, switchover, trafficDistribution } = traits;
  const found = switchover === null ? null : switchovers[switchover];
  return {
    name,
    initial,
    final,
    trafficDistribution,
    arrangement: traits.arrangement === undefined ? null : arrangements[traits.arrangement],
    switchOver:
      found === null ? null : { preconditions: found.preconditions, steps: found.steps(traits, edge) },
  };
}

/** Why a switchover must not begin: the first precondition that does not hold, in words. Null: it may. */
export async function refusalOf(
  preconditions: readonly Precondition[],
  context: SwitchoverContext,
): Promise<string | null> {
  for (const { broken } of preconditions) {
    const reason = await broken(context);
    if (reason !== null) return `refused: ${reason}`;
  }
  return null;
}

export { exclusionOwner } from './exclusion-owner.ts';
export type { BalancerSight, NodeSight } from './sight.ts';
export type { Step, StepsTaken, Strategy, SwitchoverContext } from './strategy.ts';
