import { deleteObject, parseDeleteOptions } from '../api/deletion.ts';
import { unknownFields, validateFields, withoutUnknown } from '../api/field-validation.ts';
import { isObject } from '../api/json.ts';
import { applyFormat, patchFormats } from '../api/patches.ts';
import { createObject, getObject, updateObject } from '../api/registry.ts';
import { apiVersionOf, notModelled } from '../api/resources.ts';
import { filterOf } from '../api/selectors.ts';
import {
  badRequest,
  conflict,
  methodNotAllowed,
  notFound,
  StatusError,
  success,
  unknownPath,
  unsupportedMediaType,
} from '../api/status.ts';
import { evictPod, scaleOf, updateScale } from '../api/subresources.ts';
import type { Context } from '../context.ts';
import { parseJson, parseYaml } from './body.ts';
import type { Route } from './route.ts';

interface ServedRequest {
  readonly method: string;
  readonly route: Route;
  readonly query: URLSearchParams;
  readonly mediaType: string;
  readonly body: string;
}

interface Answer {
  readonly code: number;
  readonly body: unknown;
  /** Fields that were dropped, as Kubernetes words them. */
  readonly warnings?: readonly string[];
}

const accepted = ['application/json'];

/** What kubectl's own generators send (kubectl create deployment): Go's types, which are not known here. */
const protobuf = 'application/vnd.kubernetes.protobuf';
const throughJson = '; add --dry-run=client -o yaml, and pipe that into kubectl create -f -';

const noContainer = 'pods of the embedded cluster are processes without a container';
const refusals = {
  log: 'the embedded cluster keeps no logs of pods',
  exec: `nothing can be executed in a pod: ${noContainer}`,
  attach: `a pod cannot be attached to: ${noContainer}`,
  portforward: `a port cannot be forwarded: ${noContainer}; each pod's address answers on this machine`,
} as const;

/** Everything but watches: one request, one answer. Throws StatusError. */
export async function answerRequest(context: Context, request: ServedRequest): Promise<Answer> {
  const { method } = request;
  // A YAML body is parsed before anything is read, so that each write is one step.
  const patch = method === 'PATCH' ? await patchBody(request) : undefined;
  const warnings = patch?.warnings ?? bodyWarnings(request);
  return { ...answered(context, request, patch), ...(warnings.length === 0 ? {} : { warnings }) };
}

function answered(context: Context, request: ServedRequest, patch: PatchBody | undefined): Answer {
  const { route } = request;
  if (route.subresource !== undefined && route.subresource !== 'status')
    return onSubresource(context, request, patch);
  if (route.name === undefined) return onCollection(context, request);
  return onObject(context, request, route.name, patch);
}

function onCollection(context: Context, request: ServedRequest): Answer {
  const { route, query } = request;
  switch (request.method) {
    case 'GET':
      return { code: 200, body: list(context, route, query) };
    case 'POST': {
      if (route.info.namespaced && route.namespace === undefined) throw methodNotAllowed();
      const body = writtenBody(request);
      return {
        code: 201,
        body: createObject(context, route.info.resource, route.namespace, body, writeOptions(query)),
      };
    }
    case 'DELETE': {
      const options = parseDeleteOptions(parseJson(request.body), query);
      const before = list(context, route, query);
      const matches = filterOf(route.info.resource, query, route.namespace);
      for (const object of context.store.list(route.info.resource).filter(matches)) {
        deleteObject(context, route.info.resource, object, options);
      }
      return { code: 200, body: before };
    }
    default:
      throw methodNotAllowed();
  }
}

/** A list of the present state; limit and continue are not honoured, the answer is always whole. */
function list(context: Context, route: Route, query: URLSearchParams) {
  const { info, namespace } = route;
  const matches = filterOf(info.resource, query, namespace);
  return {
    kind: `${info.kind}List`,
    apiVersion: apiVersionOf(info),
    metadata: { resourceVersion: String(context.store.version()) },
    items: context.store
      .list(info.resource)
      .filter(matches)
      .sort((a, b) => (sortKey(a.metadata) < sortKey(b.metadata) ? -1 : 1)),
  };
}

// Sorted by key, as etcd returns them.
const sortKey = (metadata: { namespace?: string | undefined; name: string }) =>
  `${metadata.namespace ?? ''}/${metadata.name}`;

type PatchBody = {
  readonly apply: boolean;
  readonly change: (current: unknown) => unknown;
  readonly value: unknown;
  readonly warnings: readonly string[];
};

function onObject(
  context: Context,
  request: ServedRequest,
  name: string,
  patch: PatchBody | undefined,
): Answer {
  const { info, namespace, subresource } = request.route;
  const { resource } = info;
  const part = subresource === 'status' ? 'status' : 'main';
  const options = writeOptions(request.query);
  switch (request.method) {
    case 'GET':
      return { code: 200, body: getObject(context, resource, namespace, name) };
    case 'PUT': {
      const body = writtenBody(request);
      const exists = context.store.get(resource, namespace, name) !== undefined;
      if (!exists && part === 'main' && info.createOnUpdate) return putNew(context, request, name, body);
      return { code: 200, body: updateObject(context, resource, namespace, name, () => body, part, options) };
    }
    case 'PATCH': {
      if (patch === undefined) throw badRequest('a patch needs a body');
      if (patch.apply && part === 'main' && context.store.get(resource, namespace, name) === undefined) {
        return {
          code: 201,
          body: createObject(context, resource, namespace, named(patch.value, name), options),
        };
      }
      return {
        code: 200,
        body: updateObject(context, resource, namespace, name, patch.change, part, options),
      };
    }
    case 'DELETE': {
      if (part === 'status') throw methodNotAllowed();
      const object = getObject(context, resource, namespace, name);
      const result = deleteObject(
        context,
        resource,
        object,
        parseDeleteOptions(parseJson(request.body), request.query),
      );
      const whole = !result.gone || resource === 'pods' || resource === 'services';
      return { code: 200, body: whole ? result.object : success(info, name, object.metadata.uid) };
    }
    default:
      throw methodNotAllowed();
  }
}

function putNew(context: Context, request: ServedRequest, name: string, body: unknown): Answer {
  const { info, namespace } = request.route;
  const metadata = isObject(body) && isObject(body.metadata) ? body.metadata : {};
  if (metadata.uid !== undefined && metadata.uid !== '') {
    throw conflict(
      info,
      name,
      `Precondition failed: UID in precondition: ${String(metadata.uid)}, UID in object meta: `,
    );
  }
  if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== '') throw notFound(info, name);
  return {
    code: 201,
    body: createObject(context, info.resource, namespace, named(body, name), writeOptions(request.query)),
  };
}

function onSubresource(context: Context, request: ServedRequest, patch: PatchBody | undefined): Answer {
  const { namespace = '', name = '', subresource } = request.route;
  const { method } = request;
  if (subresource === 'eviction' && method === 'POST') {
    return { code: 201, body: evictPod(context, namespace, name, jsonBody(request)) };
  }
  if (subresource === 'scale') {
    if (method === 'GET')
      return { code: 200, body: scaleOf(getObject(context, 'deployments', namespace, name)) };
    if (method === 'PUT' || (method === 'PATCH' && patch !== undefined)) {
      const body = method === 'PUT' ? jsonBody(request) : undefined;
      const change = patch?.change ?? (() => body);
      return { code: 200, body: updateScale(context, namespace, name, change, writeOptions(request.query)) };
    }
  }
  const refused = notModelled.find((one) => one === subresource);
  if (refused !== undefined && (method === 'GET' || method === 'POST')) {
    getObject(context, 'pods', namespace, name);
    throw new StatusError(501, 'NotImplemented', refusals[refused]);
  }
  throw subresource === undefined ? unknownPath() : methodNotAllowed();
}

/** The object that is created or replaced, as strict about its fields as the client asks. */
function writtenBody(request: ServedRequest): unknown {
  return validated(request, jsonBody(request));
}

/** A body whose unknown fields are refused, or dropped: `answerRequest` warns of these. */
function validated({ route, query }: ServedRequest, body: unknown): unknown {
  if (query.get('fieldValidation') === 'Strict') validateFields(route.info.resource, body);
  return withoutUnknown(route.info.resource, body);
}

/** The fields of a JSON body; whatever else is wrong with it is reported by the code that uses it. */
function bodyWarnings(request: ServedRequest): string[] {
  if (request.method !== 'POST' && request.method !== 'PUT') return [];
  try {
    return warningsOf(request, parseJson(request.body));
  } catch (error) {
    if (error instanceof StatusError) return [];
    throw error;
  }
}

/** What was dropped from a written body, unless the client does not want to know. */
function warningsOf({ route, query, method }: ServedRequest, value: unknown): string[] {
  const mode = query.get('fieldValidation') ?? 'Warn';
  const isWrite = method === 'POST' || method === 'PUT' || method === 'PATCH';
  const isWhole = route.subresource === undefined || route.subresource === 'status';
  if (mode !== 'Warn' || !isWrite || !isWhole) return [];
  return unknownFields(route.info.resource, value).map((field) => `unknown field ${JSON.stringify(field)}`);
}

/** A JSON body, whatever it contains; without a media type it counts as JSON, as in Kubernetes. */
function jsonBody(request: ServedRequest): unknown {
  if (request.mediaType !== '' && request.mediaType !== 'application/json')
    throw unsupportedMediaType(accepted, request.mediaType === protobuf ? throughJson : '');
  return parseJson(request.body);
}

async function patchBody(request: ServedRequest): Promise<PatchBody> {
  const apply = patchFormats[request.mediaType];
  if (apply === undefined) throw unsupportedMediaType(Object.keys(patchFormats));
  const isApply = request.mediaType === applyFormat;
  const value = isApply ? await parseYaml(request.body) : parseJson(request.body);
  if (value === undefined) throw badRequest('a patch needs a body');
  const { subresource } = request.route;
  const isOwn = subresource === undefined || subresource === 'status';
  const known = isOwn ? validated(request, value) : value;
  const warnings = warningsOf(request, value);
  return { apply: isApply, value: known, warnings, change: (current) => apply(current, known) };
}

function writeOptions(query: URLSearchParams) {
  return { dryRun: query.getAll('dryRun').includes('All') };
}

/** The body with the URL's name, if it has none of its own; a different one is refused. */
function named(body: unknown, name: string): unknown {
  if (!isObject(body)) return body;
  const metadata = isObject(body.metadata) ? body.metadata : {};
  if (metadata.name !== undefined && metadata.name !== name) {
    throw badRequest(
      `the name of the object (${String(metadata.name)}) does not match the name on the URL (${name})`,
    );
  }
  return { ...body, metadata: { ...metadata, name } };
}
