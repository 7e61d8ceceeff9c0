import type { FidelityNote } from './fidelity-tables.ts';

/** Every difference that has been looked into. A table with one that is not here is not written without complaint. */
export const fidelityNotes: readonly FidelityNote[] = [
  {
    figures: ['lastFailedProbe', 'failover', 'failoverReused'],
    experiments: ['app-node-loss', 'ingress-node-loss'],
    columns: ['Cluster', 'Local'],
    why: 'new requests fail until the dead pod has left the endpoints, or until the edge has ejected its node: the phases of both, see there; a kept connection that does not run through the dead node never fails',
  },
  {
    figures: ['failingShare', 'disruption', 'firstFailedProbe'],
    experiments: ['ingress-node-loss'],
    columns: ['Local'],
    why: 'chance: one node of three is dead, and ten probes or so until it is ejected leave ±30 points around a third; the first that meets it, and disruption, which is that share added up over the seconds, follow',
  },
  {
    figures: ['nodeReadmitted'],
    why: 'a real node takes some seconds to start, and the edge readmits it at its next check, up to an interval later (8 s under Cluster)',
  },
  {
    figures: ['failingShare', 'disruption'],
    columns: ['Cluster', 'Cluster->Local', 'Cluster->Local, flip'],
    why: 'chance: a new connection is sent to one of five nodes at random, and a hundred probes or so leave ±8 points around the expected share; disruption is that share added up over the seconds',
  },
  {
    figures: ['nodeNotReady', 'endpointsRemoved'],
    why: 'the phase at which the node dies: NotReady comes a grace after the last renewal of its lease, as seen at the next look of the monitor, so from (grace - lease interval) to (grace + monitor period) after the death; both figures lie within, and endpoints go with it',
  },
  {
    figures: ['edgeEjected', 'lastFailedProbe', 'failover'],
    why: 'the phase of the health checks: an ejection takes its threshold of misses, so it varies by one interval (8 s under Cluster, 3 s under Local), and failover follows it',
  },
  {
    figures: ['failoverReused'],
    why: 'chance: the probe keeps one connection, and whether it runs through the node that dies is one draw',
  },
  {
    figures: ['longestSilence', 'firstFailedProbe'],
    why: 'the pace: a delay of a tenth of a second on a busy machine is shown four times longer where time is four times faster',
  },
];
