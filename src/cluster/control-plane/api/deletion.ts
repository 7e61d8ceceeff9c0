import * as z from 'zod';
import { type Context, timestamp } from '../context.ts';
import type { KubeObject, Objects, Pod, Resource } from './kinds.ts';
import { resources } from './resources.ts';
import { badRequest, conflict, forbidden } from './status.ts';

export const deleteOptions = z.looseObject({
  gracePeriodSeconds: z.number().optional(),
  propagationPolicy: z.enum(['Foreground', 'Background', 'Orphan']).optional(),
  orphanDependents: z.boolean().optional(),
  preconditions: z
    .looseObject({ uid: z.string().optional(), resourceVersion: z.string().optional() })
    .optional(),
  dryRun: z.array(z.string()).optional(),
});
type DeleteOptions = z.infer<typeof deleteOptions>;

/** DeleteOptions out of a request's body and query; the body wins, as in Kubernetes. Throws 400. */
export function parseDeleteOptions(body: unknown, query: URLSearchParams): DeleteOptions {
  const grace = query.get('gracePeriodSeconds');
  const fromQuery = {
    ...(grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(query.has('propagationPolicy') ? { propagationPolicy: query.get('propagationPolicy') } : {}),
    ...(query.has('dryRun') ? { dryRun: query.getAll('dryRun') } : {}),
  };
  const parsed = deleteOptions.safeParse({ ...fromQuery, ...(typeof body === 'object' ? body : {}) });
  if (!parsed.success) throw badRequest(`invalid DeleteOptions: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

const foreground = 'foregroundDeletion';
const builtIn: readonly string[] = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/**
 * Deletes an object, or begins to: `gone` is false while a kubelet, a finalizer or a namespace's content still holds it.
 * Dependents go by way of the garbage collector.
 */
export function deleteObject<R extends Resource>(
  context: Context,
  resource: R,
  object: Objects[R],
  options: DeleteOptions = {},
): { object: KubeObject; gone: boolean } {
  checkPreconditions(resource, object, options);
  if (options.dryRun?.includes('All')) return { object, gone: false };
  const policy = options.propagationPolicy ?? (options.orphanDependents ? 'Orphan' : 'Background');
  if (policy === 'Orphan') orphan(context, object);
  if (resource === 'pods') {
    const pod = context.store.get('pods', object.metadata.namespace, object.metadata.name);
    if (pod) return deletePod(context, pod, options);
  }
  const finalizers = [...(object.metadata.finalizers ?? [])];
  if (policy === 'Foreground' && !finalizers.includes(foreground) && hasDependents(context, object)) {
    finalizers.push(foreground);
  }
  const held = finalizers.length > 0 || resource === 'namespaces';
  if (!held) return { object: context.store.remove(resource, object), gone: true };
  if (object.metadata.deletionTimestamp !== undefined) return { object, gone: false };
  const metadata = { ...object.metadata, deletionTimestamp: timestamp(context.wall()), finalizers };
  const phase = resource === 'namespaces' ? { status: { phase: 'Terminating' } } : {};
  return { object: context.store.put(resource, { ...object, ...phase, metadata }), gone: false };
}

/**
 * A pod on a node stays, with deletionTimestamp, until its kubelet deletes it with grace 0
 * (pkg/registry/core/pod/strategy.go: CheckGracefulDelete).
 */
function deletePod(
  context: Context,
  pod: Pod,
  options: DeleteOptions,
): { object: KubeObject; gone: boolean } {
  const phase = pod.status?.phase;
  const ended = phase === 'Succeeded' || phase === 'Failed';
  const asked = options.gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
  const finalizers = pod.metadata.finalizers ?? [];
  if ((asked <= 0 || pod.spec.nodeName === undefined || ended) && finalizers.length === 0) {
    return { object: context.store.remove('pods', pod), gone: true };
  }
  const before = pod.metadata.deletionGracePeriodSeconds;
  if (pod.metadata.deletionTimestamp !== undefined && before !== undefined && asked >= before) {
    return { object: pod, gone: false };
  }
  const grace = Math.max(0, asked);
  const due = new Date(context.wall().getTime() + (grace * 1000) / context.timeScale);
  const metadata = {
    ...pod.metadata,
    deletionTimestamp: timestamp(due),
    deletionGracePeriodSeconds: grace,
    ...(pod.metadata.generation === undefined ? {} : { generation: pod.metadata.generation + 1 }),
  };
  return { object: context.store.put('pods', { ...pod, metadata }), gone: false };
}

function checkPreconditions(resource: Resource, object: KubeObject, options: DeleteOptions): void {
  const { name, uid, resourceVersion } = object.metadata;
  const wanted = options.preconditions;
  const info = resources[resource];
  if (wanted?.uid !== undefined && wanted.uid !== uid) {
    throw conflict(
      info,
      name,
      `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${uid}`,
    );
  }
  if (wanted?.resourceVersion !== undefined && wanted.resourceVersion !== resourceVersion) {
    const why = `Precondition failed: ResourceVersion in precondition: ${wanted.resourceVersion}, ResourceVersion in object meta: ${resourceVersion}`;
    throw conflict(info, name, why);
  }
  if (resource === 'namespaces' && builtIn.includes(name)) {
    throw forbidden(info, name, 'this namespace may not be deleted');
  }
}

/** Every object of the API that names `owner` as an owner. */
export function* dependentsOf(context: Context, owner: KubeObject) {
  for (const info of Object.values(resources)) {
    for (const object of context.store.list(info.resource)) {
      const owners = object.metadata.ownerReferences ?? [];
      if (owners.some((reference) => reference.uid === owner.metadata.uid))
        yield { resource: info.resource, object };
    }
  }
}

function hasDependents(context: Context, owner: KubeObject): boolean {
  return dependentsOf(context, owner).next().done !== true;
}

function orphan(context: Context, owner: KubeObject): void {
  for (const { resource, object } of [...dependentsOf(context, owner)]) {
    const ownerReferences =
      object.metadata.ownerReferences?.filter(({ uid }) => uid !== owner.metadata.uid) ?? [];
    context.store.put(resource, { ...object, metadata: { ...object.metadata, ownerReferences } });
  }
}
