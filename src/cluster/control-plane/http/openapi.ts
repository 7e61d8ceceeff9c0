import { knownOf } from '../api/field-validation.ts';
import { allResources, apiVersionOf, type ResourceInfo } from '../api/resources.ts';

/*
 * /openapi/v3, as far as kubectl needs it to create and edit objects: which kinds can be validated by the server
 * (client-go k8s.io/kubectl pkg/cmd/util/queryparamverifierv3: a PATCH of the kind that takes fieldValidation), and, for
 * `kubectl explain`, the names of the fields that are known here (pkg/explain/v2/templates/plaintext.tmpl).
 */

const prefix = '/openapi/v3';
const groupPath = (info: ResourceInfo) => `${info.group === '' ? 'api' : 'apis'}/${apiVersionOf(info)}`;
const groupPaths = [...new Set(allResources.map(groupPath))];

/** The answer to a path below /openapi/v3; undefined if it is none. */
export function openapi(path: string): unknown {
  if (path === prefix) {
    const paths = groupPaths.map((group) => [group, { serverRelativeURL: `${prefix}/${group}` }]);
    return { paths: Object.fromEntries(paths) };
  }
  const group = groupPaths.find((one) => path === `${prefix}/${one}`);
  if (group === undefined) return undefined;
  const own = allResources.filter((info) => groupPath(info) === group);
  return {
    openapi: '3.0.0',
    info: { title: 'midflight embedded cluster', version: 'v1' },
    paths: Object.fromEntries(
      own.flatMap((info) => [
        [listPath(group, info), { get: listOf(info) }],
        [`${listPath(group, info)}/{name}`, { patch: patchOf(info) }],
      ]),
    ),
    components: { schemas: Object.fromEntries(own.map((info) => [info.kind, schemaOf(info)])) },
  };
}

const listPath = (group: string, { namespaced, resource }: ResourceInfo) =>
  `/${group}/${namespaced ? 'namespaces/{namespace}/' : ''}${resource}`;

const gvkOf = ({ group, version, kind }: ResourceInfo) => ({ group, version, kind });

const listOf = (info: ResourceInfo) => ({
  operationId: `list${info.kind}`,
  responses: { 200: { description: 'OK' } },
  'x-kubernetes-action': 'list',
  'x-kubernetes-group-version-kind': gvkOf(info),
});

interface Schema {
  /** unknown: a field below those that are known. */
  readonly type: 'string' | 'object' | 'unknown';
  readonly description?: string;
  readonly properties?: Record<string, Schema>;
}

const reference = 'https://kubernetes.io/docs/reference/kubernetes-api/';
const topTypes: Readonly<Record<string, Schema['type']>> = {
  ...{ apiVersion: 'string', kind: 'string' },
  ...{ metadata: 'object', spec: 'object', status: 'object' },
};

/** kubectl prints whatever is given as the type. */
function schemaOf(info: ResourceInfo) {
  const known = knownOf(info.resource);
  const schemaAt = (path: readonly string[]): Schema => {
    const fields = known.find(([of]) => of.join('.') === path.join('.'))?.[1];
    if (fields === undefined)
      return { type: path.length === 1 ? (topTypes[path[0] ?? ''] ?? 'unknown') : 'unknown' };
    return {
      type: 'object',
      description: `The embedded cluster knows the names of these fields, not their types: ${reference} describes ${info.kind}.`,
      properties: Object.fromEntries(fields.map((field) => [field, schemaAt([...path, field])])),
    };
  };
  return {
    ...schemaAt([]),
    'x-kubernetes-group-version-kind': [gvkOf(info)],
  };
}

function patchOf(info: ResourceInfo) {
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => {
    return { name, in: 'query', schema: { type: 'string', uniqueItems: true } };
  });
  return {
    operationId: `patch${info.kind}`,
    parameters,
    responses: { 200: { description: 'OK' } },
    'x-kubernetes-action': 'patch',
    'x-kubernetes-group-version-kind': gvkOf(info),
  };
}
