import type { SwitchoverName } from '../catalogue/switchovers.ts';
import type { Access } from '../kube/access.ts';

/** What a change of policy asks of the API, by the way it is done: the rules of the ClusterRole midflight-flip. */
export function flipAccess(strategy: SwitchoverName, namespace: string): Access[] {
  const of = (group: string, resource: string, verbs: readonly string[], at?: string): Access[] =>
    verbs.map((verb) => ({ verb, group, resource, ...(at === undefined ? {} : { namespace: at }) }));
  const labels = strategy === 'in-place' || strategy === 'parallel-service' ? [] : ['patch'];
  return [
    ...of('', 'nodes', ['get', 'list', 'watch', ...labels]),
    ...of('', 'services', ['get', 'list', 'watch', 'patch'], namespace),
    ...of('', 'pods', ['list'], namespace),
    ...of('discovery.k8s.io', 'endpointslices', ['list', 'watch'], namespace),
    ...of('apps', 'deployments', ['get'], namespace),
    ...of('apps', 'replicasets', ['get'], namespace),
    ...of(
      'apps',
      'daemonsets',
      strategy === 'daemonset-first' ? ['get', 'create', 'delete'] : ['get'],
      namespace,
    ),
    ...of('coordination.k8s.io', 'leases', ['get', 'create', 'update', 'delete'], 'kube-system'),
  ];
}
