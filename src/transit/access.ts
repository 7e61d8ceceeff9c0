import type { Access } from '../kube/access.ts';

/** What a pod that reads a table asks of the API, in its namespace: the Role midflight-connections-pod of deploy/rbac.yaml. */
export const readerAccess = (namespace: string): Access[] => [
  ...(['create', 'get', 'delete'] as const).map((verb) => ({ verb, group: '', resource: 'pods', namespace })),
  { verb: 'get', group: '', resource: 'pods/log', namespace },
];

/** What is read of the cluster itself: the ClusterRole midflight-connections. No namespace: of all. */
export const viewAccess = (namespace: string | undefined): Access[] => {
  const at = namespace === undefined ? {} : { namespace };
  return [
    { verb: 'list', group: '', resource: 'nodes' },
    { verb: 'list', group: '', resource: 'services', ...at },
    { verb: 'list', group: 'discovery.k8s.io', resource: 'endpointslices', ...at },
  ];
};
