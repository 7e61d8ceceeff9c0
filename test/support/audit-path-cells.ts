import { node, service, spot } from './audit.ts';
import { aws, type Cell, exclude, lbc, local, on, two } from './audit-cell.ts';

/** Checks of the way to an endpoint and of the balancer: each with a cluster in which it fires, and the nearest one in which it does not. */
export const pathCells: readonly Cell[] = [
  {
    id: 'MF001',
    what: 'a preemptible node without an endpoint',
    fires: [...two, node('s', spot), service(), on('a', 'b')],
    severity: 'high',
    not: [...two, node('s', spot), service(local), on('a', 'b')],
  },
  {
    id: 'MF001',
    what: 'a preemptible node has an endpoint itself',
    fires: [...two, node('s', spot), service(), on('a', 'b')],
    severity: 'high',
    not: [...two, node('s', spot), service(), on('a', 'b', 's')],
  },
  {
    id: 'MF001',
    what: 'a preemptible node is left out by label',
    fires: [...two, node('s', spot), service(), on('a', 'b')],
    severity: 'high',
    not: [...two, node('s', { ...spot, [exclude]: '' }), service(), on('a', 'b')],
  },
  {
    id: 'MF002',
    what: 'a node without an endpoint, not preemptible',
    fires: [...two, node('c'), service(), on('a', 'b')],
    severity: 'medium',
    not: [...two, node('s', spot), service(), on('a', 'b')],
  },
  {
    id: 'MF003',
    what: 'one node',
    fires: [...two, service(), on('a', 'a')],
    severity: 'high',
    not: [...two, service(), on('a', 'b')],
  },
  {
    id: 'MF003',
    what: 'one of two zones',
    fires: [
      node('a', { 'topology.kubernetes.io/zone': '1' }),
      node('b', { 'topology.kubernetes.io/zone': '1' }),
      node('c', { 'topology.kubernetes.io/zone': '2' }),
      service(),
      on('a', 'b'),
    ],
    severity: 'medium',
    not: [
      node('a', { 'topology.kubernetes.io/zone': '1' }),
      node('b', { 'topology.kubernetes.io/zone': '2' }),
      service(),
      on('a', 'b'),
    ],
  },
  {
    id: 'MF004',
    what: 'two to one',
    fires: [...two, service(local), on('a', 'a', 'b')],
    severity: 'medium',
    not: [...two, service(local), on('a', 'a', 'b', 'b', 'b')],
  },
  {
    id: 'MF004',
    what: 'two to one, under Cluster',
    fires: [...two, service(), on('a', 'a', 'b')],
    severity: 'low',
    not: [...two, service(), on('a', 'b')],
  },
  {
    id: 'MF005',
    what: 'an NLB that resets the connections of unhealthy targets',
    fires: [...two, service({}, lbc), on('a')],
    severity: 'high',
    not: [
      ...two,
      service(
        {},
        {
          ...lbc,
          annotations: {
            [`${aws}target-group-attributes`]:
              'target_health_state.unhealthy.connection_termination.enabled=false',
          },
        },
      ),
      on('a'),
    ],
  },
  {
    id: 'MF006',
    what: 'a GKE target pool',
    fires: [...two, service({}, { finalizers: ['gke.networking.io/l4-netlb-v1'] }), on('a')],
    severity: 'critical',
    not: [...two, service({}, { finalizers: ['gke.networking.io/l4-netlb-v2'] }), on('a')],
  },
  {
    id: 'MF006',
    what: 'a GKE target pool that is Local already',
    fires: [...two, service(local, { finalizers: ['gke.networking.io/l4-netlb-v1'] }), on('a', 'b')],
    severity: 'info',
    not: [...two, service(local, { finalizers: ['gke.networking.io/l4-netlb-v3'] }), on('a', 'b')],
  },
  {
    id: 'MF007',
    what: 'an in-tree NLB',
    fires: [...two, service({}, { annotations: { [`${aws}type`]: 'nlb' } }), on('a')],
    severity: 'high',
    not: [...two, service({}, lbc), on('a')],
  },
  {
    id: 'MF008',
    what: 'IP targets',
    fires: [...two, service({}, { ...lbc, annotations: { [`${aws}nlb-target-type`]: 'ip' } }), on('a')],
    severity: 'info',
    not: [...two, service({}, lbc), on('a')],
  },
  {
    id: 'MF009',
    what: 'the exclude label on AKS',
    fires: [
      node('a', { 'kubernetes.azure.com/mode': 'user', [exclude]: '' }, { providerID: 'azure:///x' }),
      service(),
      on('a'),
    ],
    severity: 'medium',
    not: [
      node('a', { 'kubernetes.azure.com/mode': 'user' }, { providerID: 'azure:///x' }),
      service(),
      on('a'),
    ],
  },
  {
    id: 'MF009',
    what: 'the exclude label on a node with endpoints under Local',
    fires: [node('a', { [exclude]: '' }), node('b'), service(local), on('a', 'b')],
    severity: 'high',
    not: [node('a', { [exclude]: '' }), node('b'), service(local), on('b', 'b')],
  },
  {
    id: 'MF009',
    what: 'the exclude label with the value false',
    fires: [node('a', { [exclude]: 'false' }), node('b'), service(), on('b')],
    severity: 'medium',
    not: [node('a', { [exclude]: 'true' }), node('b'), service(), on('b')],
  },
];
