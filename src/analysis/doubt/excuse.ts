import type { InstrumentKind } from '../../catalogue/clocks.ts';
import { isSilent } from '../../catalogue/outcomes.ts';
import type { Judged } from '../build/losses.ts';
import type { BuiltTrial } from '../build/trial.ts';
import type { LateSpan } from './late-spans.ts';

/**
 * Losses that a late instrument can have caused: they ran into a time limit while it was late, and no path shows another
 * cause. `kinds`: of the instruments.
 */
export function excusable(
  losses: readonly Judged[],
  late: readonly LateSpan[],
  kinds: readonly InstrumentKind[],
): Judged[] {
  const spans = late.filter(({ kind }) => kinds.includes(kind));
  if (spans.length === 0) return [];
  return losses.filter(
    ({ lost, outcome, proven, request }) =>
      lost &&
      !proven &&
      isSilent(outcome) &&
      spans.some(
        (span) =>
          span.from <= request.endedAt &&
          span.to >= Math.min(request.dueAt, request.startedAt) &&
          isOf(span, request.load),
      ),
  );
}

/** A load is delayed by its own process, and any load by the edge. */
const isOf = ({ kind, instrument }: LateSpan, load: string): boolean =>
  kind === 'accept' || kind === 'other' || instrument === load;

/** Losses of our own load through healthy nodes while the edge accepted late, and the span of the longest delay. */
export function lostToTheEdge({ streams, lanes, late }: BuiltTrial): {
  losses: Judged[];
  worst: LateSpan | null;
} {
  const all = [...streams, ...(lanes.new?.failed ?? []), ...(lanes.reused?.failed ?? [])];
  const losses = excusable(all, late, ['accept']);
  const worst = late
    .filter(({ kind }) => kind === 'accept')
    .reduce<LateSpan | null>((most, one) => (most === null || one.maxMs > most.maxMs ? one : most), null);
  return { losses, worst };
}
