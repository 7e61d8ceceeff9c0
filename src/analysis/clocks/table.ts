import type { Nanoseconds } from '../../base/units.ts';
import { type ClockName, type ClockTraits, clockTraits, type Doubtful } from '../../catalogue/clocks.ts';
import type { LateSpan } from '../doubt/late-spans.ts';
import { clusterClocks } from './cluster-clocks.ts';
import { failover, requestClocks } from './request-clocks.ts';
import type { ClockReader, ClockSources, Reading } from './sources.ts';

/** A clock as it is described in the catalogue, and how it is read. */
export interface ClockRow extends ClockTraits, ClockReader {}

/** When the lateness of a clock's instruments matters. */
interface DoubtfulSpan {
  readonly from: Nanoseconds;
  /** Any lateness until then may move the clock. */
  readonly to: Nanoseconds;
  /** Before this instant only an instrument that was held up, and so saw nothing, leaves a doubt. */
  readonly heldUpTo: Nanoseconds;
}

const readers: Readonly<Record<ClockName, ClockReader>> = { ...clusterClocks, ...requestClocks };

export const clockRow = (name: ClockName): ClockRow => ({ ...clockTraits[name], ...readers[name] });

/** What a clock is known to be at least although its instruments were late; null: nothing. */
export const boundOf = ({ bound }: ClockRow, sources: ClockSources, late: readonly LateSpan[]) =>
  bound === undefined ? null : bound(sources, late);

export function doubtfulSpan(row: ClockRow, sources: ClockSources, reading: Reading): DoubtfulSpan {
  return spans[row.doubtful](sources, reading, row);
}

const spans: Readonly<
  Record<Doubtful, (sources: ClockSources, reading: Reading, row: ClockRow) => DoubtfulSpan>
> = {
  'until-read': ({ disturbance, time }, reading) => {
    const { at, until } = disturbance;
    const to = 'seconds' in reading ? at + time.ns(reading.seconds * 1000) : until;
    return { from: at, to, heldUpTo: to };
  },
  'through-outage': (sources, reading, { lane }) =>
    lane === 'reused'
      ? throughOutage({ ...sources, lanes: { ...sources.lanes, new: sources.lanes.reused } }, reading)
      : throughOutage(sources, reading),
  anywhere: () => ({
    from: Number.NEGATIVE_INFINITY,
    to: Number.POSITIVE_INFINITY,
    heldUpTo: Number.POSITIVE_INFINITY,
  }),
  'from-recovery': ({ disturbance, time }, reading) => {
    const from = disturbance.recoverAt ?? disturbance.at;
    const to = 'seconds' in reading ? from + time.ns(reading.seconds * 1000) : Number.POSITIVE_INFINITY;
    return { from, to, heldUpTo: to };
  },
};

/** The time from the disturbance to the end of the outage; known once the window of good probes after it is complete. */
function throughOutage(sources: ClockSources, reading: Reading): DoubtfulSpan {
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
