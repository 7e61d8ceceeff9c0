import { heldUpLimit } from '../history/lateness.ts';
import type { Plan } from '../plan/schema.ts';
import type { ExpectationReport, TrialReport } from './schema.ts';

type Expectation = Plan['expectations'][number];
type Measured = NonNullable<ExpectationReport['measured']>;
type Span = TrialReport['untrusted'][number];

/** What a metric is read by, and whether it tells when something was or only how often. */
interface Source {
  readonly instrument: 'probe' | 'streams' | 'edge';
  readonly tells: 'when' | 'how often';
}

/** What the trust in one trial's figures rests on. */
export interface Observed {
  readonly report: TrialReport;
  /** When all load had begun, seconds since the trial's start. */
  readonly loadedAt: number;
}

/** Why a figure cannot be believed, by its instrument's own lateness; null: it can. */
export function doubtOf(
  plan: Plan,
  observed: Observed,
  expectation: Expectation,
  measured: Measured,
): string | null {
  const source = sourceOf(expectation);
  if (source === null) return null;
  const spans = observed.report.untrusted.filter(
    ({ instrument }) => kindOf(plan, instrument) === source.instrument,
  );
  if (spans.length === 0) return null;
  return source.tells === 'when'
    ? doubtOfClock(plan, observed, spans, source)
    : doubtOfCount(plan, observed, spans, source, expectation, measured);
}

const wasLate = 'measured by an instrument that was late';
const wasHeldUp = ({ instrument, maxLatenessMs }: Span) =>
  `${instrument} was held up for ${maxLatenessMs.toFixed(0)} ms, and what was lost meanwhile may have gone unseen`;

function doubtOfClock(
  plan: Plan,
  { report }: Observed,
  spans: readonly Span[],
  source: Source,
): string | null {
  // A silence, or a check that was due, may be anywhere in the trial.
  if (source.instrument !== 'probe') return wasLate;
  if (spans.some((span) => isWithinOutage(report, span, 0))) return wasLate;
  // That the outage was over is known by the window of good probes behind it. One of them in which none was sent is none.
  const unseen = spans.find(
    (span) => isHeldUp(plan, span) && isWithinOutage(report, span, plan.stabilityMs / 1000),
  );
  return unseen === undefined ? null : wasHeldUp(unseen);
}

function isWithinOutage({ disturbances }: TrialReport, { from, to }: Span, stability: number): boolean {
  return disturbances.some(({ at, clocksSeconds: { failover, lastFailedProbe } }) => {
    const end = at + Math.max((failover ?? Number.POSITIVE_INFINITY) + stability, lastFailedProbe ?? 0);
    return from <= end && to >= at;
  });
}

function doubtOfCount(
  plan: Plan,
  { report, loadedAt }: Observed,
  spans: readonly Span[],
  { instrument }: Source,
  expectation: Expectation,
  measured: Measured,
): string | null {
  if (instrument === 'probe' && isExceeded(expectation, measured)) {
    return 'a probe that was late may have failed by this machine alone';
  }
  if (!moreWouldMatter(expectation, measured)) return null;
  const since = Math.max(loadedAt, report.disturbances[0]?.at ?? 0);
  const unseen = spans.find((span) => span.to >= since && isHeldUp(plan, span));
  return unseen === undefined ? null : wasHeldUp(unseen);
}

/** So late that requests which were due did not meet what others met then. */
function isHeldUp(plan: Plan, { instrument, maxLatenessMs }: Span): boolean {
  const load = plan.load.find(({ name }) => name === instrument);
  return load?.kind !== 'probe' || maxLatenessMs > heldUpLimit(load.rate * plan.timeScale);
}

/** A count beyond what an upper limit allows: more time could only make it more. */
export function isExceeded({ op, value, unit }: Expectation, measured: Measured): boolean {
  if (unit !== 'count' || typeof measured !== 'number' || typeof value !== 'number') return false;
  if (op === '<') return measured >= value;
  return (op === '<=' || op === '==') && measured > value;
}

/** Whether a count that is greater than what was measured could be judged otherwise. */
function moreWouldMatter({ op, value, unit }: Expectation, measured: Measured): boolean {
  if (typeof measured !== 'number' || typeof value !== 'number') return false;
  if (unit === 'share') return true;
  return op === '<' || op === '>=' ? measured < value : measured <= value;
}

/** Null: no instrument's lateness changes it. */
function sourceOf({ metric, unit }: Expectation): Source | null {
  if (unit === 'count' || unit === 'share')
    return { instrument: metric.startsWith('probes.') ? 'probe' : 'streams', tells: 'how often' };
  switch (metric.startsWith('flip.') ? metric.slice('flip.'.length) : metric) {
    case 'firstFailedProbe':
    case 'lastFailedProbe':
    case 'failover':
    case 'disruption':
    case 'failoverReused':
      return { instrument: 'probe', tells: 'when' };
    case 'longestSilence':
      return { instrument: 'streams', tells: 'when' };
    case 'edgeEjected':
    case 'nodeReadmitted':
      return { instrument: 'edge', tells: 'when' };
    default:
      return null;
  }
}

/** Of a load by its name in the plan; any other is the edge. */
function kindOf(plan: Plan, instrument: string): string {
  return plan.load.find(({ name }) => name === instrument)?.kind ?? 'edge';
}
