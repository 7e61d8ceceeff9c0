import type { Pod, PodDisruptionBudget } from '../api/kinds.ts';
import { updateObject } from '../api/registry.ts';
import { selects } from '../api/selectors.ts';
import type { Context } from '../context.ts';
import type { Controller } from './controller.ts';
import { isActive, isReady, scaledValue } from './pods.ts';

export interface Disruptions {
  readonly expectedPods: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly disruptionsAllowed: number;
}

/** What a budget allows now (pkg/controller/disruption/disruption.go: getExpectedPodCount, without scales of owners). */
export function disruptionsOf(context: Context, budget: PodDisruptionBudget): Disruptions {
  const pods = context.store
    .list('pods', budget.metadata.namespace)
    .filter((pod) => covers(budget, pod) && isActive(pod));
  const expectedPods = pods.length;
  const currentHealthy = pods.filter(isReady).length;
  const { minAvailable, maxUnavailable } = budget.spec ?? {};
  const desiredHealthy =
    maxUnavailable === undefined
      ? scaledValue(minAvailable, expectedPods, 'up')
      : Math.max(0, expectedPods - scaledValue(maxUnavailable, expectedPods, 'up'));
  const disruptionsAllowed = Math.max(0, currentHealthy - desiredHealthy);
  return { expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed };
}

export function covers(budget: PodDisruptionBudget, pod: Pod): boolean {
  return selects(budget.spec?.selector, pod.metadata.labels);
}

/** Keeps the status of PodDisruptionBudgets. */
export function disruptionController(context: Context): Controller {
  return {
    name: 'disruption',
    watches: ['poddisruptionbudgets', 'pods'],
    sync() {
      for (const budget of context.store.list('poddisruptionbudgets')) {
        const { namespace, name, generation } = budget.metadata;
        const status = { ...disruptionsOf(context, budget), observedGeneration: generation };
        updateObject(
          context,
          'poddisruptionbudgets',
          namespace,
          name,
          (current) => ({ ...current, status }),
          'status',
        );
      }
      return undefined;
    },
  };
}
