import { modelledKubernetes } from '../../../kube/version.ts';
import { allResources, apiVersionOf, type ResourceInfo, type Subresource } from '../api/resources.ts';

/* What clients ask to learn which resources there are: /api, /apis, /api/v1, /apis/GROUP/VERSION. */

const groups = [...new Set(allResources.map((info) => info.group))].filter((group) => group !== '');

/** The answer to a discovery path, or undefined if it is none. */
export function discovery(path: string): unknown {
  if (path === '/api') {
    return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  }
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupOf) };
  if (path === '/version') return version;
  const group = groups.find((name) => path === `/apis/${name}`);
  if (group !== undefined) return { ...groupOf(group), kind: 'APIGroup', apiVersion: 'v1' };
  const own = allResources.filter(
    (info) => path === `/${info.group === '' ? 'api' : 'apis'}/${apiVersionOf(info)}`,
  );
  const [first] = own;
  if (first === undefined) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf(first),
    resources: own.flatMap((info) => [
      resourceOf(info),
      ...info.subresources.map((sub) => subresourceOf(info, sub)),
    ]),
  };
}

const [major = '', minor = ''] = modelledKubernetes.slice(1).split('.');

export const version = {
  major,
  minor,
  gitVersion: `${modelledKubernetes}+midflight`,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: `${process.platform}/${process.arch}`,
};

function groupOf(name: string) {
  const info = allResources.find((one) => one.group === name);
  const served = { groupVersion: `${name}/${info?.version}`, version: info?.version };
  return { name, versions: [served], preferredVersion: served };
}

function resourceOf(info: ResourceInfo) {
  return {
    name: info.resource,
    singularName: info.kind.toLowerCase(),
    namespaced: info.namespaced,
    kind: info.kind,
    shortNames: info.shortNames,
    verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
  };
}

function subresourceOf(info: ResourceInfo, sub: Subresource) {
  const name = `${info.resource}/${sub}`;
  const common = { name, singularName: '', namespaced: info.namespaced };
  if (sub === 'eviction')
    return { ...common, group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] };
  if (sub === 'scale') {
    return {
      ...common,
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      verbs: ['get', 'patch', 'update'],
    };
  }
  return { ...common, kind: info.kind, verbs: sub === 'status' ? ['get', 'patch', 'update'] : ['get'] };
}
