import { lowerBound } from '../../base/ascending.ts';
import type { Outage } from '../clocks/probes.ts';
import type { Customers, CustomersView } from '../schema.ts';
import { countBy } from './count.ts';
import type { Disturbance } from './disturbances.ts';
import { type JudgedLane, ownFailures } from './lanes.ts';
import type { Judged } from './losses.ts';

/**
 * What clients behind a CDN would have seen of one disturbance. Streams: those under way at it or begun in its time; what
 * another disturbance took is not counted. New connections: those due within its outages.
 */
export function customersOf(
  disturbance: Disturbance,
  streams: readonly Judged[],
  lane: JudgedLane | null,
  outages: readonly Outage[],
): CustomersView {
  const { at, until } = disturbance;
  const met = streams.filter(
    ({ request, lost, outcome, disturbance: of }) =>
      outcome !== 'cancelled' &&
      outcome !== 'local-error' &&
      (lost ? of === disturbance : request.startedAt < until && request.endedAt > at),
  );
  const lost = met.filter((one) => one.lost);
  return {
    streams: seen(met.length - lost.length, lost),
    newConnections: lane === null ? null : newConnections(disturbance, lane, outages),
  };
}

/** Failures that other disturbances caused within the same time are counted there, not here. */
function newConnections(disturbance: Disturbance, lane: JudgedLane, outages: readonly Outage[]): Customers {
  const { good } = lane.timeline;
  const passed = outages.reduce(
    (sum, { first, last }) => sum + lowerBound(good, last) - lowerBound(good, first),
    0,
  );
  return seen(passed, ownFailures(lane, disturbance));
}

/** Those lost outside of any disturbance, among all that were started; null: none. */
export function outsideOf(streams: readonly Judged[], lane: JudgedLane | null): CustomersView | null {
  const outside = (all: readonly Judged[]) =>
    all.filter(({ lost, outcome, disturbance }) => lost && outcome !== 'local-error' && disturbance === null);
  const [lostStreams, lostProbes] = [outside(streams), lane === null ? [] : outside(lane.failed)];
  if (lostStreams.length + lostProbes.length === 0) return null;
  const completed = streams.filter(({ outcome }) => outcome === 'completed').length;
  return {
    streams: seen(completed, lostStreams),
    newConnections: lane === null ? null : seen(lane.timeline.good.length, lostProbes),
  };
}

function seen(ok: number, lost: readonly Judged[]): Customers {
  const byCdnCode = countBy(lost.map(({ cdn }) => cdn));
  const unclear = lost.filter(({ cdn }) => cdn === null).length;
  return { sent: ok + lost.length, ok, byCdnCode, unclear };
}
