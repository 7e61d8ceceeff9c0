import { delaysAll, type InstrumentKind, instrumentKinds } from '../../catalogue/instruments.ts';
import { isSilent } from '../../catalogue/outcomes.ts';
import type { Judged } from '../build/losses.ts';
import type { BuiltTrial } from '../build/trial.ts';
import { within } from './flaps.ts';
import type { LateSpan } from './late-spans.ts';

/**
 * Losses that a slow machine can have caused, and no path shows another cause: they ran into a time limit while an instrument
 * was late, a healthy part of the cluster had dropped out of service meanwhile, or nothing had been done yet. `kinds`: of the
 * instruments.
 */
export function excusable(
  losses: readonly Judged[],
  { late, flaps, calmUntil }: Pick<BuiltTrial, 'late' | 'flaps' | 'calmUntil'>,
  kinds: readonly InstrumentKind[],
): Judged[] {
  const spans = late.filter(({ kind }) => kinds.includes(kind));
  if (spans.length === 0 && flaps.length === 0 && calmUntil === null) return [];
  return losses.filter((loss) => {
    const { lost, outcome, proven, cause, request } = loss;
    if (!lost) return false;
    if (isCalm(loss, calmUntil)) return true;
    const from = Math.min(request.dueAt, request.startedAt);
    // Without the flap there would have been a target.
    if (within(flaps, from, request.endedAt)) return !proven || cause === 'no-target';
    return (
      !proven &&
      isSilent(outcome) &&
      spans.some((span) => span.from <= request.endedAt && span.to >= from && isOf(span, request.load))
    );
  });
}

/** Failed before anything was done, and not by a rule of the scenario's. */
export const isCalm = ({ request, cause }: Judged, calmUntil: BuiltTrial['calmUntil']): boolean =>
  calmUntil !== null && request.endedAt <= calmUntil && cause !== 'source-ranges';

/** A load is delayed by its own process, and any load by the edge and by the cluster. */
const isOf = ({ kind, instrument }: LateSpan, load: string): boolean =>
  delaysAll(kind) || kind === 'other' || instrument === load;

/**
 * Losses of our own load through healthy nodes while the edge accepted late, a process of the cluster was late, or healthy nodes
 * had dropped out, and the span of the longest delay that explains them.
 */
export function lostToTheMachine(trial: BuiltTrial): {
  losses: Judged[];
  worst: LateSpan | null;
} {
  const { streams, lanes, late, flaps } = trial;
  const all = [...streams, ...(lanes.new?.failed ?? []), ...(lanes.reused?.failed ?? [])];
  const losses = excusable(all, { ...trial, calmUntil: null }, instrumentKinds.filter(delaysAll));
  const delays = late.filter(({ kind }) => delaysAll(kind));
  const worst = (delays.length > 0 || flaps.length === 0 ? delays : late).reduce<LateSpan | null>(
    (most, one) => (most === null || one.maxMs > most.maxMs ? one : most),
    null,
  );
  return { losses, worst };
}
