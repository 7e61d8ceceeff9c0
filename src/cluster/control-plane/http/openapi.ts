import { allResources, apiVersionOf, type ResourceInfo } from '../api/resources.ts';

/*
 * /openapi/v3, as far as kubectl needs it to create and edit objects: which kinds can be validated by the server
 * (client-go k8s.io/kubectl pkg/cmd/util/queryparamverifierv3: a PATCH of the kind that takes fieldValidation). The types
 * themselves are not described, so `kubectl explain` finds none.
 */

const prefix = '/openapi/v3';
const groupPath = (info: ResourceInfo) => `${info.group === '' ? 'api' : 'apis'}/${apiVersionOf(info)}`;
const groupPaths = [...new Set(allResources.map(groupPath))];

/** The answer to a path below /openapi/v3, or undefined where it is none. */
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
    paths: Object.fromEntries(own.map((info) => [objectPath(group, info), { patch: patchOf(info) }])),
    components: { schemas: {} },
  };
}

const objectPath = (group: string, { namespaced, resource }: ResourceInfo) =>
  `/${group}/${namespaced ? 'namespaces/{namespace}/' : ''}${resource}/{name}`;

function patchOf({ group, version, kind }: ResourceInfo) {
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => {
    return { name, in: 'query', schema: { type: 'string', uniqueItems: true } };
  });
  return {
    operationId: `patch${kind}`,
    parameters,
    responses: { 200: { description: 'OK' } },
    'x-kubernetes-action': 'patch',
    'x-kubernetes-group-version-kind': { group, version, kind },
  };
}
