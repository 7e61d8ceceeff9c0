import type { SwitchoverTraits } from '../../../src/catalogue/switchovers.ts';
import { serviceAnnotation } from '../../../src/changes/kinds/index.ts';
import { flip } from '../../../src/policies/steps/flip.ts';
import type { Precondition, Step, Switchover } from '../../../src/policies/strategy.ts';

/** The row of src/catalogue/switchovers.ts: its words, and how often it waits for the balancer. */
export const slowStartTraits = {
  words: 'the balancer starts new targets slowly, from before the patch on',
  waits: 2,
  preference: 6,
} as const satisfies SwitchoverTraits;

/** Must hold before anything is changed. */
const targetSeen: Precondition = {
  name: 'the balancer has a target',
  broken: async ({ balancer }) =>
    balancer === null || balancer.targets.size === 0 ? 'the balancer has no target' : null,
};

/** A step: its changes, which are undone at the end of the trial, and the evidence without which the next must not begin. */
const slow: Step = {
  name: 'slow start',
  async make({ changes, service, balancer, now }) {
    const since = now();
    await changes.make(
      serviceAnnotation,
      { ...service, annotation: 'balancer.example/slow-start' },
      { text: '60s' },
    );
    if (balancer === null) return null;
    return { what: 'the balancer to take over its new settings', seen: () => balancer.reconciledAt > since };
  },
};

/** The file of src/policies: its preconditions, and its steps for one direction in front of one balancer. */
export const slowStart: Switchover = {
  preconditions: [targetSeen],
  steps: (policy) => [slow, flip(policy, { pinned: false })],
};
