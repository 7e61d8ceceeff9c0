import type { ArrangementName } from '../catalogue/arrangements.ts';
import { balancerSeen, copyable, forExclusion, noNodeLeaving } from './preconditions.ts';
import { exclude } from './steps/exclude.ts';
import { targetPods } from './steps/pod-targets.ts';
import { ingressEverywhere } from './steps/spread.ts';
import type { StepsTaken } from './strategy.ts';

/** Every way to arrange a cluster for a policy, by its name in the catalogue. */
export const arrangements: Readonly<Record<ArrangementName, StepsTaken>> = {
  'podless-excluded': { preconditions: forExclusion, steps: [exclude] },
  'ingress-everywhere': { preconditions: [noNodeLeaving, copyable], steps: [ingressEverywhere] },
  'pods-as-targets': { preconditions: [balancerSeen], steps: [targetPods] },
};
