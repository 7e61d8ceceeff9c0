import type { Nanoseconds } from '../../base/units.ts';
import type { Outcome } from '../../history/schema.ts';
import type { TrialRecord } from '../records.ts';
import type { TrialReport } from '../schema.ts';
import type { ClusterTime } from '../time.ts';

const closed: readonly Outcome[] = [
  'closed-before-response',
  'reset-before-response',
  'truncated',
  'reset-mid-body',
];

/** Reads the reused lane: when its connection was silently dead, and when it was replaced. */
export function keptConnectionOf(trial: TrialRecord, time: ClusterTime): TrialReport['keptConnection'] {
  const lane = trial.lanes.get('reused');
  if (lane === undefined) return null;
  const onKept = lane.failed.filter(({ freshConnection }) => freshConnection === false);
  const silent = onKept.filter(({ outcome }) => outcome === 'hung');
  const deadFrom = earliest(silent.map(({ dueAt }) => dueAt));
  const replacedAt = deadFrom === null ? null : earliest(lane.openedGoodAt.filter((at) => at > deadFrom));
  const since = (at: Nanoseconds | null) => (at === null ? null : time.seconds(trial.start.t, at));
  return {
    opened: lane.opened,
    silentlyDead: silent.length,
    closedUnder: onKept.filter(({ outcome }) => closed.includes(outcome)).length,
    deadFrom: since(deadFrom),
    replacedAt: since(replacedAt),
  };
}

/** Lists may be too long to be arguments. */
const earliest = (instants: readonly Nanoseconds[]): Nanoseconds | null =>
  instants.reduce<Nanoseconds | null>((least, at) => (least === null || at < least ? at : least), null);
