import * as z from 'zod';
import { strategies } from '../admission/strategy.ts';
import { type Context, nameSuffix, newUid, timestamp } from '../context.ts';
import { requiredValue } from './field.ts';
import { isObject, type JsonObject, sameJson, withoutNulls } from './json.ts';
import { type KubeObject, type Objects, type Resource, schemaOf } from './kinds.ts';
import { checkName } from './names.ts';
import { apiVersionOf, resources } from './resources.ts';
import { alreadyExists, badRequest, conflict, forbidden, invalid, notFound } from './status.ts';

/** The parts of an object that a write may change. */
type Part = 'main' | 'status';

export interface WriteOptions {
  /** Answer as if, but store nothing. */
  readonly dryRun?: boolean;
}

/** The object, or 404. */
export function getObject<R extends Resource>(
  context: Context,
  resource: R,
  namespace: string | undefined,
  name: string,
): Objects[R] {
  const found = context.store.get(resource, namespace, name);
  if (found === undefined) throw notFound(resources[resource], name);
  return found;
}

/** Stores a new object out of a client's or a controller's body. Throws StatusError (400, 404, 409, 422). */
export function createObject<R extends Resource>(
  context: Context,
  resource: R,
  namespace: string | undefined,
  body: unknown,
  options: WriteOptions = {},
): Objects[R] {
  const info = resources[resource];
  const input = bodyOf(resource, body);
  const given = isObject(input.metadata) ? input.metadata : {};
  const name = givenName(context, given);
  if (name === '') {
    throw invalid(info, '', [requiredValue('metadata.name', 'name or generateName is required')]);
  }
  checkName(info, name);
  checkNamespace(context, resource, given, namespace);
  if (context.store.get(resource, namespace, name)) throw alreadyExists(info, name);
  const { deletionTimestamp: _, deletionGracePeriodSeconds: __, ...kept } = given;
  const { status, ...rest } = input;
  const metadata = {
    ...kept,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    uid: newUid(context.random),
    resourceVersion: '0',
    creationTimestamp: timestamp(context.wall()),
    ...(info.generation ? { generation: 1 } : {}),
  };
  // Kubelets register with their status; elsewhere a new object has none of its own (PrepareForCreate).
  const keepStatus = resource === 'nodes' || !info.subresources.includes('status');
  const parsed = parseAs(resource, {
    ...rest,
    ...(keepStatus && status !== undefined ? { status } : {}),
    metadata,
  });
  const next = strategies[resource]?.(context, parsed, undefined) ?? parsed;
  return options.dryRun ? next : context.store.put(resource, next);
}

/**
 * Reads, changes and stores an object. `change` gets the current object and gives the new one; if that carries
 * another resourceVersion than the current, or another uid, the answer is 409. A write that changes nothing keeps the
 * version, as in Kubernetes.
 */
export function updateObject<R extends Resource>(
  context: Context,
  resource: R,
  namespace: string | undefined,
  name: string,
  change: (current: Objects[R]) => unknown,
  part: Part = 'main',
  options: WriteOptions = {},
): Objects[R] {
  const info = resources[resource];
  const current = getObject(context, resource, namespace, name);
  const changed = change(current);
  if (changed === current) return current; // a controller that had nothing to do: there are many for each change
  const input = bodyOf(resource, changed);
  const given = isObject(input.metadata) ? input.metadata : {};
  checkIdentity(resource, current, given);
  const merged =
    part === 'status' ? statusOf(current, input, given) : mainOf(resource, current, input, given);
  const parsed = parseAs(resource, merged);
  const admitted = part === 'status' ? parsed : (strategies[resource]?.(context, parsed, current) ?? parsed);
  const next = withGeneration(info.generation && part === 'main', admitted, current);
  if (sameJson(next, current)) return current;
  if (options.dryRun) return next;
  const ended =
    next.metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0;
  // The last finalizer is gone: so is the object, unless a kubelet has it to end.
  if (ended && (current.metadata.finalizers ?? []).length > 0) return context.store.remove(resource, next);
  return context.store.put(resource, next);
}

function bodyOf(resource: Resource, body: unknown): JsonObject {
  const info = resources[resource];
  const input = withoutNulls(body);
  if (!isObject(input)) throw badRequest('the object provided is unrecognized (must be a JSON object)');
  const { apiVersion = apiVersionOf(info), kind = info.kind } = input;
  if (apiVersion !== apiVersionOf(info) || kind !== info.kind) {
    throw badRequest(
      `${String(kind)} in version ${JSON.stringify(apiVersion)} cannot be handled as a ${info.kind} in version ${JSON.stringify(apiVersionOf(info))}`,
    );
  }
  return { apiVersion, kind, ...input };
}

function parseAs<R extends Resource>(resource: R, input: unknown): Objects[R] {
  const parsed = schemaOf[resource].safeParse(input);
  if (parsed.success) return parsed.data;
  const { kind, group, version } = resources[resource];
  const what = z.prettifyError(parsed.error).replaceAll('\n', ' ');
  throw badRequest(
    `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}${group && ` of ${group}`}: ${what}`,
  );
}

function givenName(context: Context, metadata: JsonObject): string {
  if (typeof metadata.name === 'string' && metadata.name !== '') return metadata.name;
  if (typeof metadata.generateName !== 'string' || metadata.generateName === '') return '';
  return metadata.generateName + nameSuffix(context.random);
}

function checkNamespace(
  context: Context,
  resource: Resource,
  given: JsonObject,
  namespace: string | undefined,
): void {
  if (namespace === undefined) return;
  if (given.namespace !== undefined && given.namespace !== '' && given.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const owner = context.store.get('namespaces', undefined, namespace);
  if (owner === undefined) throw notFound(resources.namespaces, namespace);
  if (owner.metadata.deletionTimestamp !== undefined && resource !== 'events') {
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
    throw forbidden(resources[resource], String(given.name ?? ''), why);
  }
}

function checkIdentity(resource: Resource, current: KubeObject, given: JsonObject): void {
  const info = resources[resource];
  const { name, uid, resourceVersion } = current.metadata;
  if (given.name !== undefined && given.name !== name) {
    throw badRequest(
      `the name of the object (${String(given.name)}) does not match the name on the URL (${name})`,
    );
  }
  if (given.namespace !== undefined && given.namespace !== (current.metadata.namespace ?? '')) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (given.uid !== undefined && given.uid !== uid) {
    throw conflict(
      info,
      name,
      `Precondition failed: UID in precondition: ${String(given.uid)}, UID in object meta: ${uid}`,
    );
  }
  const version = given.resourceVersion;
  if (version !== undefined && version !== '' && version !== resourceVersion) {
    const why = 'the object has been modified; please apply your changes to the latest version and try again';
    throw conflict(info, name, why);
  }
}

/** What the server keeps of metadata, whatever a client writes. */
function fixedMeta(current: KubeObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp, generation } = current.metadata;
  const { deletionTimestamp, deletionGracePeriodSeconds } = current.metadata;
  const fixed = {
    name,
    namespace,
    uid,
    resourceVersion,
    creationTimestamp,
    generation,
    deletionTimestamp,
    deletionGracePeriodSeconds,
  };
  return Object.fromEntries(Object.entries(fixed).filter(([, value]) => value !== undefined));
}

function mainOf(resource: Resource, current: KubeObject, input: JsonObject, given: JsonObject): JsonObject {
  const { deletionTimestamp: _, deletionGracePeriodSeconds: __, ...own } = given;
  const merged: JsonObject = { ...input, metadata: { ...own, ...fixedMeta(current) } };
  if (resources[resource].subresources.includes('status')) {
    if (current.status === undefined) delete merged.status;
    else merged.status = current.status;
  }
  return merged;
}

/** In a status write only the status counts, and labels and annotations (as for nodes and pods in Kubernetes). */
function statusOf(current: KubeObject, input: JsonObject, given: JsonObject): JsonObject {
  const { labels, annotations } = given;
  const metadata = {
    ...current.metadata,
    ...(labels ? { labels } : {}),
    ...(annotations ? { annotations } : {}),
  };
  return { ...current, metadata, status: input.status ?? {} };
}

function withGeneration<O extends KubeObject>(counted: boolean, next: O, current: O): O {
  if (!counted) return next;
  const { metadata: _, status: __, ...content } = next;
  const { metadata: ___, status: ____, ...before } = current;
  if (sameJson(content, before)) return next;
  return { ...next, metadata: { ...next.metadata, generation: (current.metadata.generation ?? 0) + 1 } };
}
