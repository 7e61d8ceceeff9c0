import { isLive, isOver } from '../../../kube/pods.ts';
import { hasReadyCondition } from '../../../kube/ready.ts';
import type { Pod, PodDisruptionBudget } from '../api/kinds.ts';
import { updateObject } from '../api/registry.ts';
import { selects } from '../api/selectors.ts';
import type { Context } from '../context.ts';
import type { Controller } from './controller.ts';
import { groupBy, scaledValue } from './pods.ts';

interface Disruptions {
  readonly expectedPods: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly disruptionsAllowed: number;
}

/** What a budget allows now (pkg/controller/disruption/disruption.go: getExpectedPodCount, updatePdbStatus). */
export function disruptionsOf(context: Context, budget: PodDisruptionBudget): Disruptions {
  const covered = context.store
    .list('pods', budget.metadata.namespace)
    .filter((pod) => covers(budget, pod) && !isOver(pod));
  const expectedPods = expectedCount(context, covered);
  const currentHealthy = covered.filter((pod) => isLive(pod) && hasReadyCondition(pod)).length;
  const { minAvailable, maxUnavailable } = budget.spec ?? {};
  const desiredHealthy =
    maxUnavailable === undefined
      ? scaledValue(minAvailable, expectedPods, 'up')
      : Math.max(0, expectedPods - scaledValue(maxUnavailable, expectedPods, 'up'));
  const disruptionsAllowed = Math.max(0, currentHealthy - desiredHealthy);
  return { expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed };
}

/** What the owners ask for, so that a pod on its way out still counts; pods of others count one by one. */
function expectedCount(context: Context, pods: readonly Pod[]): number {
  const ownerOf = (pod: Pod) => pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
  let count = 0;
  for (const [uid, group] of groupBy(pods, (pod) => ownerOf(pod)?.uid)) {
    const namespace = group[0]?.metadata.namespace;
    const owner = context.store.list('deployments', namespace).find((one) => one.metadata.uid === uid);
    count += owner?.spec.replicas ?? group.length;
  }
  return count;
}

/** Whether a pod may be evicted now; one that is not Ready may if the rest suffices (IfHealthyBudget). */
export function allowsEviction(context: Context, budget: PodDisruptionBudget, pod: Pod): boolean {
  const { desiredHealthy, currentHealthy, disruptionsAllowed } = disruptionsOf(context, budget);
  if (hasReadyCondition(pod)) return disruptionsAllowed > 0;
  if (budget.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  return disruptionsAllowed > 0 || (desiredHealthy > 0 && currentHealthy >= desiredHealthy);
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
