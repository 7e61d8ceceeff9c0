import * as z from 'zod';
import type { Context } from '../context.ts';
import { setPodCondition } from '../controllers/conditions.ts';
import { allowsEviction, covers, disruptionsOf } from '../controllers/disruption.ts';
import { deleteObject, deleteOptions } from './deletion.ts';
import type { Deployment } from './kinds.ts';
import { createObject, getObject, updateObject, type WriteOptions } from './registry.ts';
import { resources } from './resources.ts';
import { badRequest, type Status, StatusError, tooManyRequests } from './status.ts';

const eviction = z.looseObject({
  metadata: z.looseObject({ name: z.string().optional() }).optional(),
  deleteOptions: deleteOptions.optional(),
});

/** POST pods/NAME/eviction: deletes the pod unless a PodDisruptionBudget forbids it (429, pkg/registry/core/pod/storage/eviction.go). */
export function evictPod(context: Context, namespace: string, name: string, body: unknown): Status {
  const parsed = eviction.safeParse(body);
  if (!parsed.success) throw badRequest(`invalid Eviction: ${z.prettifyError(parsed.error)}`);
  const given = parsed.data.metadata?.name;
  if (given !== undefined && given !== name)
    throw badRequest('name in URL does not match name in Eviction object');
  const pod = getObject(context, 'pods', namespace, name);
  const budgets = context.store
    .list('poddisruptionbudgets', namespace)
    .filter((budget) => covers(budget, pod));
  if (budgets.length > 1) {
    const message =
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    throw new StatusError(500, 'InternalError', message);
  }
  const [budget] = budgets;
  const counts = pod.metadata.deletionTimestamp === undefined && pod.status?.phase !== 'Pending';
  if (budget !== undefined && counts) {
    if (!allowsEviction(context, budget, pod)) {
      const { desiredHealthy, currentHealthy } = disruptionsOf(context, budget);
      const message = `The disruption budget ${budget.metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
      throw tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", [
        { reason: 'DisruptionBudget', message },
      ]);
    }
  }
  const set = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  };
  const options = parsed.data.deleteOptions ?? {};
  if (!options.dryRun?.includes('All')) {
    const marked = setPodCondition(context, namespace, name, set);
    deleteObject(context, 'pods', marked, options);
  }
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
}

const scale = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string().optional() }).optional(),
  spec: z.looseObject({ replicas: z.number().optional() }).optional(),
});

/** The autoscaling/v1 Scale of a Deployment. */
export function scaleOf(deployment: Deployment) {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = deployment.metadata;
  const labels = Object.entries(deployment.spec.selector.matchLabels ?? {});
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: deployment.spec.replicas ?? 1 },
    status: {
      replicas: Number(deployment.status?.replicas ?? 0),
      selector: labels.map(([key, value]) => `${key}=${value}`).join(','),
    },
  };
}

/** PUT or PATCH of deployments/NAME/scale; `change` gets the current Scale. */
export function updateScale(
  context: Context,
  namespace: string,
  name: string,
  change: (current: unknown) => unknown,
  options: WriteOptions,
) {
  const updated = updateObject(
    context,
    'deployments',
    namespace,
    name,
    (current) => {
      const parsed = scale.safeParse(change(scaleOf(current)));
      if (!parsed.success) throw badRequest(`invalid Scale: ${z.prettifyError(parsed.error)}`);
      const { resourceVersion = current.metadata.resourceVersion } = parsed.data.metadata ?? {};
      return {
        ...current,
        metadata: { ...current.metadata, resourceVersion },
        spec: { ...current.spec, replicas: parsed.data.spec?.replicas ?? 0 },
      };
    },
    'main',
    options,
  );
  return scaleOf(updated);
}

/** The namespaces that every cluster has. */
export function namespacesAtStart(context: Context): void {
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
    createObject(context, resources.namespaces.resource, undefined, { metadata: { name } });
  }
}
