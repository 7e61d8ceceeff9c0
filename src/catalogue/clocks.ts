import type { Lane } from '../base/connections.ts';
import type { InstrumentKind } from './instruments.ts';

/*
 * The clocks of one disturbance, as data. Each counts from the disturbance's instant, nodeReadmitted from the recovery. How a
 * clock is read is in src/analysis/clocks, in the table of the same names.
 */

/**
 * When the lateness of an instrument makes a clock doubtful. until-read: from the disturbance to the instant that was read.
 * through-outage: to the end of the outage on the clock's lane. anywhere: at any time of the trial. from-recovery: from the
 * recovery to the instant that was read.
 */
export type Doubtful = 'until-read' | 'through-outage' | 'anywhere' | 'from-recovery';

export interface ClockTraits {
  readonly unit: 'seconds';
  /** Its name in reports. */
  readonly words: string;
  /** It is an instant that charts mark on their timeline; false: a sum, a length, or an instant beside others. */
  readonly marked: boolean;
  /** The instruments that it is read from. An unknown instrument makes every clock doubtful. */
  readonly instruments: readonly InstrumentKind[];
  /** Read from the cluster's API or the balancer, or from requests alone: only those can a watch read. */
  readonly readFrom: 'cluster' | 'requests';
  readonly doubtful: Doubtful;
  /** The probes that it is read from; null: none. */
  readonly lane: Lane | null;
}

const cluster = {
  unit: 'seconds',
  instruments: ['cluster'],
  readFrom: 'cluster',
  doubtful: 'until-read',
  lane: null,
} as const;
const edge = { ...cluster, instruments: ['edge', 'cluster'] } as const;
const probes = {
  unit: 'seconds',
  instruments: ['probe', 'accept', 'cluster'],
  readFrom: 'requests',
  doubtful: 'through-outage',
  lane: 'new',
} as const;

const rows = {
  edgeEjected: { ...edge, words: 'ejected by the edge', marked: true },
  nodeNotReady: { ...cluster, words: 'Node NotReady', marked: true },
  endpointsRemoved: { ...cluster, words: 'endpoints removed', marked: false },
  firstFailedProbe: { ...probes, words: 'first failed probe', marked: false },
  lastFailedProbe: { ...probes, words: 'last failed probe', marked: false },
  failover: { ...probes, words: 'failover', marked: true },
  disruption: { ...probes, words: 'disruption', marked: false },
  failoverReused: { ...probes, lane: 'reused', words: 'failover of kept connections', marked: false },
  // A silence may be anywhere in a stream, and a stream is older than the disturbance.
  longestSilence: {
    ...probes,
    instruments: ['streams', 'cluster'],
    doubtful: 'anywhere',
    lane: null,
    words: 'longest silence of a stream',
    marked: false,
  },
  nodeReadmitted: {
    ...edge,
    doubtful: 'from-recovery',
    words: 'node readmitted, from its recovery',
    marked: false,
  },
} as const satisfies Record<string, ClockTraits>;

export type ClockName = keyof typeof rows;
export const clockNames = Object.keys(rows) as [ClockName, ...ClockName[]];
export const clockTraits: Readonly<Record<ClockName, ClockTraits>> = rows;
