import type { Outcome } from '../history/schema.ts';
import type { TrialRecord } from './records.ts';
import type { TrialReport } from './schema.ts';
import type { ClusterTime } from './time.ts';

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
  const silent = onKept.filter(({ outcome }) => outcome === 'hung').map(({ dueAt }) => dueAt);
  const deadFrom = silent.length === 0 ? null : Math.min(...silent);
  const others = lane.opened.filter(({ at, good }) => good && deadFrom !== null && at > deadFrom);
  const since = (at: number | null) => (at === null ? null : time.seconds(trial.start.t, at));
  return {
    opened: lane.opened.length,
    silentlyDead: silent.length,
    closedUnder: onKept.filter(({ outcome }) => closed.includes(outcome)).length,
    deadFrom: since(deadFrom),
    replacedAt: since(
      others.length === 0
        ? null
        : others.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY),
    ),
  };
}
