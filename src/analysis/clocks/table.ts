import type { Nanoseconds } from '../../base/units.ts';
import type { InstrumentKind, LateSpan } from '../doubt/late-spans.ts';
import type { ClockName } from '../schema.ts';
import { edgeEjected, endpointsRemoved, nodeNotReady, nodeReadmitted } from './cluster-clocks.ts';
import {
  disruption,
  failover,
  failoverBound,
  failoverReused,
  firstFailedProbe,
  lastFailedProbe,
  longestSilence,
} from './request-clocks.ts';
import type { ClockSources, Reading } from './sources.ts';

/** When the lateness of a clock's instruments matters. */
export interface Doubtful {
  readonly from: Nanoseconds;
  /** Any lateness until then may move the clock. */
  readonly to: Nanoseconds;
  /** Until then only an instrument that was held up, and so saw nothing, leaves a doubt. */
  readonly heldUpTo: Nanoseconds;
}

/** All there is to know of a clock: add one by adding its row. */
export interface ClockRow {
  readonly unit: 'seconds';
  /** In reports. */
  readonly words: string;
  /** Its name on the timeline, if it is an instant there; null: a sum, a length, or an instant beside others. */
  readonly mark: string | null;
  /** From which instruments it is read. One that is not known is distrusted with every clock. */
  readonly instruments: readonly InstrumentKind[];
  /** Whether a watch, which asks no cluster, can read it. */
  readonly fromRequests: boolean;
  read(sources: ClockSources): Reading;
  doubtful(sources: ClockSources, reading: Reading): Doubtful;
  /** What it is known to be at least although its instruments were late; null: nothing. */
  bound(sources: ClockSources, late: readonly LateSpan[]): number | null;
}

const probes = { instruments: ['probe', 'accept'], fromRequests: true, unit: 'seconds' } as const;
const edge = { instruments: ['edge'], fromRequests: false, unit: 'seconds' } as const;
const watches = { instruments: [], fromRequests: false, unit: 'seconds' } as const;

/** From the disturbance to the end of the outage, and held up until the window of good probes behind it is whole. */
function throughOutage(sources: ClockSources, reading: Reading): Doubtful {
  const { disturbance, plan, time, lanes } = sources;
  const { at, end } = disturbance;
  const seconds = 'seconds' in reading ? reading.seconds : 0;
  const last = lanes.new?.failed.at(-1)?.dueAt ?? at;
  const recovered = failover(sources);
  const to =
    'seconds' in recovered
      ? Math.max(at + time.ns(recovered.seconds * 1000), last, at + time.ns(seconds * 1000))
      : end;
  return { from: at, to, heldUpTo: 'seconds' in recovered ? to + time.ns(plan.stabilityMs) : end };
}

const untilRead = ({ disturbance, time }: ClockSources, reading: Reading): Doubtful => {
  const { at, until } = disturbance;
  const to = 'seconds' in reading ? at + time.ns(reading.seconds * 1000) : until;
  return { from: at, to, heldUpTo: to };
};
const anywhere = (): Doubtful => ({
  from: Number.NEGATIVE_INFINITY,
  to: Number.POSITIVE_INFINITY,
  heldUpTo: Number.POSITIVE_INFINITY,
});
const unbounded = () => null;

export const clockTable: Readonly<Record<ClockName, ClockRow>> = {
  edgeEjected: {
    ...edge,
    words: 'ejected by the edge',
    mark: 'ejected by the edge',
    read: edgeEjected,
    doubtful: untilRead,
    bound: unbounded,
  },
  nodeNotReady: {
    ...watches,
    words: 'Node NotReady',
    mark: 'Node NotReady',
    read: nodeNotReady,
    doubtful: untilRead,
    bound: unbounded,
  },
  endpointsRemoved: {
    ...watches,
    words: 'endpoints removed',
    mark: null,
    read: endpointsRemoved,
    doubtful: untilRead,
    bound: unbounded,
  },
  firstFailedProbe: {
    ...probes,
    words: 'first failed probe',
    mark: null,
    read: firstFailedProbe,
    doubtful: throughOutage,
    bound: unbounded,
  },
  lastFailedProbe: {
    ...probes,
    words: 'last failed probe',
    mark: null,
    read: lastFailedProbe,
    doubtful: throughOutage,
    bound: unbounded,
  },
  failover: {
    ...probes,
    words: 'failover',
    mark: 'failover',
    read: failover,
    doubtful: throughOutage,
    bound: (sources, late) => failoverBound(sources, sources.lanes.new, late),
  },
  disruption: {
    ...probes,
    words: 'disruption',
    mark: null,
    read: disruption,
    doubtful: throughOutage,
    bound: unbounded,
  },
  failoverReused: {
    ...probes,
    words: 'failover of kept connections',
    mark: null,
    read: failoverReused,
    doubtful: (sources, reading) =>
      throughOutage({ ...sources, lanes: { ...sources.lanes, new: sources.lanes.reused } }, reading),
    bound: (sources, late) => failoverBound(sources, sources.lanes.reused, late),
  },
  longestSilence: {
    instruments: ['streams'],
    fromRequests: true,
    unit: 'seconds',
    words: 'longest silence of a stream',
    mark: null,
    read: longestSilence,
    // A silence may be anywhere in a stream, and a stream is older than the disturbance.
    doubtful: anywhere,
    bound: unbounded,
  },
  nodeReadmitted: {
    ...edge,
    words: 'node readmitted',
    mark: null,
    read: nodeReadmitted,
    doubtful: ({ disturbance, time }, reading) => {
      const from = disturbance.recoverAt ?? disturbance.at;
      const to = 'seconds' in reading ? from + time.ns(reading.seconds * 1000) : Number.POSITIVE_INFINITY;
      return { from, to, heldUpTo: to };
    },
    bound: unbounded,
  },
};
