import type { Access } from '../../kube/access.ts';
import type { LiveFaultName } from './names.ts';

/** What a fault asks of the API: the rules of the ClusterRole midflight-fault of deploy/rbac.yaml. */
export function liveFaultAccess(fault: LiveFaultName, namespace: string): Access[] {
  const of = (group: string, resource: string, verbs: readonly string[], at?: string): Access[] =>
    verbs.map((verb) => ({ verb, group, resource, ...(at === undefined ? {} : { namespace: at }) }));
  const own = {
    drain: [
      ...of('', 'nodes', ['get', 'patch']),
      ...of('', 'pods', ['get', 'list']),
      ...of('', 'pods/eviction', ['create']),
    ],
    'pod-delete': of('', 'pods', ['get', 'delete'], namespace),
    command: [],
  }[fault];
  return [
    ...of('', 'nodes', ['list']),
    ...of('', 'services', ['get'], namespace),
    ...of('', 'pods', ['list'], namespace),
    ...own,
    ...of('coordination.k8s.io', 'leases', ['get', 'create', 'update', 'delete'], 'kube-system'),
  ];
}
