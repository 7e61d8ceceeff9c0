import { isLive, isOver } from '../../../kube/pods.ts';
import { hasReadyCondition } from '../../../kube/ready.ts';
import type { Deployment, Pod } from '../api/kinds.ts';
import { updateObject } from '../api/registry.ts';
import { type Context, timestamp } from '../context.ts';
import { withCondition } from './conditions.ts';
import type { Controller } from './controller.ts';
import { ownedPods } from './owned-pods.ts';
import { countAvailable, podFromTemplate, podsOf, scaledValue, templateHash } from './pods.ts';

const hashLabel = 'pod-template-hash';
const source = 'deployment-controller';

/** Deployments own their pods here: a ReplicaSet between them would show nothing that an experiment needs. */
export function deploymentController(context: Context): Controller {
  return {
    name: 'deployment',
    watches: ['deployments', 'pods'],
    sync() {
      const waits = context.store
        .list('deployments')
        .filter((deployment) => deployment.metadata.deletionTimestamp === undefined)
        .map((deployment) => syncDeployment(context, deployment));
      const known = waits.filter((wait) => wait !== undefined);
      return known.length === 0 ? undefined : Math.min(...known);
    },
  };
}

function syncDeployment(context: Context, deployment: Deployment): number | undefined {
  const hash = templateHash(deployment.spec.template);
  const isNew = (pod: Pod) => pod.metadata.labels?.[hashLabel] === hash;
  if (deployment.spec.paused !== true) {
    const all = podsOf(context, deployment);
    const active = all.filter(isLive);
    const current = active.filter(isNew);
    const old = active.filter((pod) => !isNew(pod));
    const oldLeft = all.some((pod) => !isNew(pod) && !isOver(pod));
    const step =
      deployment.spec.strategy?.type === 'Recreate'
        ? recreate(deployment, current, old, oldLeft)
        : roll(context, deployment, current, old);
    for (const pod of step.remove) remove(context, deployment, pod);
    for (let count = 0; count < step.create; count++) create(context, deployment, hash);
  }
  return writeStatus(context, deployment, isNew);
}

interface Step {
  readonly create: number;
  readonly remove: readonly Pod[];
}

function recreate(
  deployment: Deployment,
  current: readonly Pod[],
  old: readonly Pod[],
  oldLeft: boolean,
): Step {
  if (oldLeft && old.length > 0) return { create: 0, remove: old };
  if (oldLeft) return { create: 0, remove: [] };
  const missing = (deployment.spec.replicas ?? 1) - current.length;
  return { create: Math.max(0, missing), remove: surplus(current, -missing) };
}

/** Within maxSurge and maxUnavailable; never fewer available than that for the sake of the rollout. */
function roll(context: Context, deployment: Deployment, current: readonly Pod[], old: readonly Pod[]): Step {
  const desired = deployment.spec.replicas ?? 1;
  const limits = deployment.spec.strategy?.rollingUpdate;
  const surge = scaledValue(limits?.maxSurge, desired, 'up');
  const down = scaledValue(limits?.maxUnavailable, desired, 'down');
  // Both 0 would never move (ResolveFenceposts in pkg/controller/deployment/util).
  const unavailable = surge === 0 && down === 0 ? 1 : down;
  const missing = desired - current.length;
  if (old.length === 0) return { create: Math.max(0, missing), remove: surplus(current, -missing) };
  const room = desired + surge - current.length - old.length;
  const { available } = countAvailable(context, [...current, ...old], deployment.spec.minReadySeconds ?? 0);
  const unready = old.filter((pod) => !hasReadyCondition(pod));
  const spare = Math.max(0, available - (desired - unavailable));
  const ready = old.filter(hasReadyCondition).slice(0, spare);
  return {
    create: Math.max(0, Math.min(missing, room)),
    remove: [...unready, ...ready, ...surplus(current, -missing)],
  };
}

/** Which to end first: not yet on a node, then not Ready, then the youngest (ActivePodsWithRanks). */
function surplus(pods: readonly Pod[], count: number): Pod[] {
  if (count <= 0) return [];
  const rank = (pod: Pod) => (pod.spec.nodeName === undefined ? 0 : hasReadyCondition(pod) ? 2 : 1);
  const age = (pod: Pod) => Date.parse(pod.metadata.creationTimestamp);
  return pods.toSorted((a, b) => rank(a) - rank(b) || age(b) - age(a)).slice(0, count);
}

function create(context: Context, deployment: Deployment, hash: string): void {
  const body = podFromTemplate(deployment, { [hashLabel]: hash }, `${deployment.metadata.name}-${hash}-`);
  ownedPods(context, source).create(deployment, body);
}

function remove(context: Context, deployment: Deployment, pod: Pod): void {
  ownedPods(context, source).remove(deployment, pod);
}

function writeStatus(
  context: Context,
  deployment: Deployment,
  isNew: (pod: Pod) => boolean,
): number | undefined {
  const active = podsOf(context, deployment).filter(isLive);
  const desired = deployment.spec.replicas ?? 1;
  const { available, lookAgainMs } = countAvailable(context, active, deployment.spec.minReadySeconds ?? 0);
  const updated = active.filter(isNew).length;
  const limits = deployment.spec.strategy?.rollingUpdate;
  const enough = available >= desired - scaledValue(limits?.maxUnavailable, desired, 'down');
  const done = updated === desired && active.length === desired && available >= desired;
  const now = timestamp(context.wall());
  const { namespace, name } = deployment.metadata;
  updateObject(
    context,
    'deployments',
    namespace,
    name,
    (current) => {
      const conditions = withCondition(
        withCondition(
          current.status?.conditions,
          {
            type: 'Available',
            status: enough ? 'True' : 'False',
            reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
            message: enough
              ? 'Deployment has minimum availability.'
              : 'Deployment does not have minimum availability.',
          },
          now,
        ),
        {
          type: 'Progressing',
          status: 'True',
          reason: done ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
          message: done
            ? `Deployment "${name}" has successfully progressed.`
            : `Deployment "${name}" is progressing.`,
        },
        now,
      );
      const status = {
        observedGeneration: current.metadata.generation,
        replicas: active.length,
        updatedReplicas: updated,
        readyReplicas: active.filter(hasReadyCondition).length,
        availableReplicas: available,
        unavailableReplicas: Math.max(0, desired - available),
        conditions,
      };
      return { ...current, status };
    },
    'status',
  );
  return lookAgainMs;
}
