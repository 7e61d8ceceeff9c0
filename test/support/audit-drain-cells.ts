import { daemonSet, deployment, node, service } from './audit.ts';
import { autoscaler, aws, type Cell, ip, lbc, local, middleware, on, preStop, two } from './audit-cell.ts';

/** Checks from MF010 on: each with a cluster in which it fires, and the nearest one in which it does not. */
export const drainCells: readonly Cell[] = [
  {
    id: 'MF010',
    what: 'a node that the autoscaler removes',
    fires: [
      ...two,
      node('c', {}, { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] }),
      service(),
      on('a', 'b'),
    ],
    severity: 'high',
    not: [
      ...two,
      node('c', {}, { taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] }),
      service(),
      on('a', 'b'),
    ],
  },
  {
    id: 'MF011',
    what: 'Local without a preStop hook',
    fires: [...two, service(local, lbc), on('a', 'b'), deployment()],
    severity: 'medium',
    not: [...two, service(local, lbc), on('a', 'b'), deployment({}, preStop(26))],
  },
  {
    id: 'MF011',
    what: 'the check of the balancer is slower by annotation',
    fires: [
      ...two,
      service(local, { ...lbc, annotations: { [`${aws}healthcheck-interval`]: '30' } }),
      on('a', 'b'),
      deployment({}, preStop(26)),
    ],
    severity: 'medium',
    not: [
      ...two,
      service(local, { ...lbc, annotations: { [`${aws}healthcheck-interval`]: '5' } }),
      on('a', 'b'),
      deployment({}, preStop(26)),
    ],
  },
  {
    id: 'MF012',
    what: 'a grace period shorter than the longest request',
    options: { longestSeconds: 60 },
    fires: [...two, service(), on('a', 'b'), deployment({ terminationGracePeriodSeconds: 60 }, preStop(5))],
    severity: 'medium',
    not: [...two, service(), on('a', 'b'), deployment({ terminationGracePeriodSeconds: 65 }, preStop(5))],
  },
  {
    id: 'MF012',
    what: "Traefik's own grace",
    options: { longestSeconds: 60 },
    fires: [
      ...two,
      service(),
      on('a', 'b'),
      deployment({ terminationGracePeriodSeconds: 90 }, { image: 'docker.io/library/traefik:v3' }),
    ],
    severity: 'medium',
    not: [
      ...two,
      service(),
      on('a', 'b'),
      deployment(
        { terminationGracePeriodSeconds: 90 },
        { image: 'traefik:v3', args: ['--entryPoints.web.transport.lifeCycle.graceTimeOut=70s'] },
      ),
    ],
  },
  {
    id: 'MF013',
    what: 'minReadySeconds below what the balancer needs',
    fires: [...two, service(local, lbc), on('a', 'b'), deployment({}, preStop(60))],
    severity: 'low',
    not: [...two, service(local, lbc), on('a', 'b'), deployment({}, preStop(60), { minReadySeconds: 20 })],
  },
  {
    id: 'MF014',
    what: 'an allow list behind the ingress',
    fires: [...two, service(), on('a', 'b'), middleware({ ipAllowList: { sourceRange: ['192.0.2.0/24'] } })],
    severity: 'medium',
    not: [...two, service(), on('a', 'b'), middleware({ headers: {} })],
  },
  {
    id: 'MF015',
    what: 'proxy protocol and Local on an NLB',
    fires: [...two, service(local, { ...lbc, annotations: { [`${aws}proxy-protocol`]: '*' } }), on('a', 'b')],
    severity: 'high',
    not: [...two, service({}, { ...lbc, annotations: { [`${aws}proxy-protocol`]: '*' } }), on('a', 'b')],
  },
  {
    id: 'MF016',
    what: 'a TCP check under Local',
    fires: [
      ...two,
      service(local, { ...lbc, annotations: { [`${aws}healthcheck-protocol`]: 'TCP' } }),
      on('a', 'b'),
    ],
    severity: 'high',
    not: [
      ...two,
      service(local, { ...lbc, annotations: { [`${aws}healthcheck-protocol`]: 'HTTP' } }),
      on('a', 'b'),
    ],
  },
  {
    id: 'MF016',
    what: 'type NodePort under Local',
    fires: [...two, service({ ...local, type: 'NodePort' }), on('a', 'b')],
    severity: 'low',
    not: [...two, service({ type: 'NodePort' }), on('a', 'b')],
  },
  {
    id: 'MF017',
    what: 'kube-router',
    fires: [
      ...two,
      service(),
      on('a', 'b'),
      daemonSet('kube-router', { args: ['--run-service-proxy=true'] }),
    ],
    severity: 'medium',
    not: [
      ...two,
      service(),
      on('a', 'b'),
      daemonSet('kube-proxy', { command: ['kube-proxy', '--proxy-mode=iptables'] }),
    ],
  },
  {
    id: 'MF018',
    what: 'no node ports for a balancer that needs them',
    fires: [
      ...two,
      service({ allocateLoadBalancerNodePorts: false, ports: [{ port: 80 }] }, lbc),
      on('a', 'b'),
    ],
    severity: 'medium',
    not: [
      ...two,
      service(
        { allocateLoadBalancerNodePorts: false, ports: [{ port: 80 }] },
        { finalizers: ['gke.networking.io/l4-netlb-v3'] },
      ),
      on('a', 'b'),
    ],
  },
  {
    id: 'MF019',
    what: 'one address for Services with different pods',
    fires: [
      ...two,
      { ...service(local), status: ip('192.0.2.1') },
      { ...service({ selector: { app: 'other' } }, { name: 'other' }), status: ip('192.0.2.1') },
    ],
    severity: 'high',
    not: [
      ...two,
      { ...service(local), status: ip('192.0.2.1') },
      { ...service({}, { name: 'other' }), status: ip('192.0.2.1') },
    ],
  },
  {
    id: 'MF020',
    what: "a Gateway's Local beside an ingress' Cluster",
    fires: [
      service(),
      service(local, {
        name: 'gw',
        ownerReferences: [
          { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', name: 'gw', uid: 'u' },
        ],
      }),
    ],
    severity: 'medium',
    not: [
      service(local),
      service(local, {
        name: 'gw',
        ownerReferences: [
          { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', name: 'gw', uid: 'u' },
        ],
      }),
    ],
  },
  {
    id: 'MF022',
    what: 'an autoscaler that does not wait',
    fires: [...two, service({}, lbc), on('a', 'b'), autoscaler([])],
    severity: 'medium',
    not: [...two, service({}, lbc), on('a', 'b'), autoscaler(['--node-delete-delay-after-taint=40s'])],
  },
  {
    id: 'MF023',
    what: 'PreferSameNode under Cluster',
    fires: [service({ trafficDistribution: 'PreferSameNode' })],
    severity: 'info',
    not: [service({ trafficDistribution: 'PreferClose' })],
  },
];
