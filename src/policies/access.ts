import { type SwitchoverName, switchovers, type WayNeed } from '../catalogue/switchovers.ts';
import type { Access } from '../kube/access.ts';

/** What a change of policy asks of the API, by the way it is done: the rules of the ClusterRole midflight-flip. */
export function flipAccess(strategy: SwitchoverName, namespace: string): Access[] {
  const of = (group: string, resource: string, verbs: readonly string[], at?: string): Access[] =>
    verbs.map((verb) => ({ verb, group, resource, ...(at === undefined ? {} : { namespace: at }) }));
  const needs = (...any: WayNeed[]) =>
    any.some((need) => switchovers[strategy].needs?.includes(need) === true);
  return [
    ...of('', 'nodes', [
      'get',
      'list',
      'watch',
      ...(needs('exclude-label', 'copied-ingress') ? ['patch'] : []),
    ]),
    ...of('', 'services', ['get', 'list', 'watch', 'patch'], namespace),
    ...of('', 'pods', ['list'], namespace),
    // The label takes nodes from other Services too: whether one of them would lose all is asked first.
    ...(needs('exclude-label') ? [...of('', 'services', ['list']), ...of('', 'pods', ['list'])] : []),
    ...of('discovery.k8s.io', 'endpointslices', ['list', 'watch'], namespace),
    ...of('apps', 'deployments', ['get'], namespace),
    ...of('apps', 'replicasets', ['get'], namespace),
    ...of('apps', 'daemonsets', needs('copied-ingress') ? ['get', 'create', 'delete'] : ['get'], namespace),
    ...of('coordination.k8s.io', 'leases', ['get', 'create', 'update', 'delete'], 'kube-system'),
  ];
}

/** What drain-transit asks of the API beside what it reads: the ClusterRole midflight-drain-transit of deploy/rbac.yaml. */
export const drainAccess: readonly Access[] = [
  ...['get', 'patch'].map((verb) => ({ verb, group: '', resource: 'nodes' })),
  ...['get', 'create', 'update', 'delete'].map((verb) => ({
    ...{ verb, group: 'coordination.k8s.io', resource: 'leases', namespace: 'kube-system' },
  })),
];
