import { delaysAll } from '../../catalogue/instruments.ts';
import type { AnyPlan, PlannedExpectation } from '../../plan/schema.ts';
import type { Judged } from '../build/losses.ts';
import type { BuiltTrial } from '../build/trial.ts';
import { excusable, isCalm } from '../doubt/excuse.ts';
import { lateWords } from '../doubt/late-spans.ts';
import type { ExpectationReport, TrialReason, Verdict } from '../schema.ts';
import { holds, isExceeded, moreWouldMatter } from './limits.ts';
import { type Measured, type Metric, metricOf } from './metrics.ts';
import type { Trust } from './reasons.ts';
import { worst } from './verdicts.ts';

/** One expectation of one trial. */
export interface Judgement {
  readonly expectation: PlannedExpectation;
  readonly measured: Measured;
  readonly verdict: Verdict;
  /** Why it is not a pass; null: it is, or the whole trial is in doubt. */
  readonly reason: TrialReason | null;
}

/** Judges every expectation that a trial is under, by how much the trial proves. */
export function judgeTrial(plan: AnyPlan, trial: BuiltTrial, trust: Trust): Judgement[] {
  return plan.expectations
    .filter(({ policy }) => policy === null || policy === trial.report.policy)
    .map((expectation) => {
      const metric = metricOf(expectation.metric, trial);
      return metric.measured === null
        ? unmeasured(expectation, metric, trust)
        : measured(expectation, metric, metric.measured, trial, trust);
    });
}

function measured(
  expectation: PlannedExpectation,
  metric: Metric,
  value: NonNullable<Measured>,
  trial: BuiltTrial,
  trust: Trust,
): Judgement {
  const result = (verdict: Verdict, reason: TrialReason | null): Judgement => ({
    expectation,
    measured: value,
    verdict,
    reason,
  });
  const met = holds(expectation, value);
  const failed = result('fail', { code: 'not-met', text: `measured ${value}` });
  if (trust === 'nothing') return result('unknown', null);
  if (metric.counted !== null && isExceeded(expectation, value)) {
    return exceededBeyondDoubt(expectation, metric, value, trial) ?? failed;
  }
  if (trust === 'exceeded') return result('unknown', null);
  const doubt = metric.counted === null ? null : hidden(expectation, metric, value, trial);
  if (doubt !== null) return result('unknown', doubt);
  return met ? result('pass', null) : failed;
}

/** Unknown if a late instrument can have caused what is beyond the limit; null: it cannot. */
function exceededBeyondDoubt(
  expectation: PlannedExpectation,
  { counted, instruments }: Metric,
  value: NonNullable<Measured>,
  trial: BuiltTrial,
): Judgement | null {
  const excused = excusable(counted ?? [], trial, instruments);
  if (excused.length === 0) return null;
  const each = expectation.unit === 'share' ? 1 / Math.max(1, trial.report.requests.started) : 1;
  if (isExceeded(expectation, Number(value) - excused.length * each)) return null;
  const text = excuseWords(excused, instruments, trial);
  return { expectation, measured: value, verdict: 'unknown', reason: { code: 'late', text } };
}

function excuseWords(
  excused: readonly Judged[],
  instruments: Metric['instruments'],
  { late, flaps, calmUntil }: BuiltTrial,
): string {
  const calm = excused.filter((loss) => isCalm(loss, calmUntil)).length;
  const early = `${calm} of these failed before anything was done, as this machine's processes, of which the cluster is made, do if they are held up`;
  if (calm === excused.length) return early;
  const [span] = late.filter(({ kind }) => instruments.includes(kind) || flaps.length > 0);
  const words = span === undefined ? 'an instrument was late' : lateWords(span);
  const others = `${words}, and may have failed ${excused.length - calm} of these by itself`;
  return calm === 0 ? others : `${others}; ${early}`;
}

/** What an instrument that was held up may not have seen, if more would change the verdict; null: nothing. */
function hidden(
  expectation: PlannedExpectation,
  { instruments }: Metric,
  value: NonNullable<Measured>,
  { late, report, record, time, loadedAt }: BuiltTrial,
): TrialReason | null {
  if (!moreWouldMatter(expectation, value)) return null;
  const since = Math.max(loadedAt, report.disturbances[0]?.at ?? 0);
  const span = late.find(
    ({ kind, heldUp, to }) =>
      !delaysAll(kind) && instruments.includes(kind) && heldUp && time.seconds(record.start.t, to) >= since,
  );
  if (span === undefined) return null;
  const held = `${span.instrument} was held up for ${span.maxMs.toFixed(0)} ms`;
  return { code: 'late', text: `${held}, and what was lost meanwhile may have gone unseen` };
}

/** A clock without a value fails a limit below what it is known to be at least. */
function unmeasured(expectation: PlannedExpectation, { note }: Metric, trust: Trust): Judgement {
  const least = note?.atLeastSeconds ?? null;
  const unknown = (reason: TrialReason | null): Judgement => ({
    expectation,
    measured: null,
    verdict: 'unknown',
    reason,
  });
  if (trust === 'nothing') return unknown(null);
  const measured = least === null ? null : `${least.toFixed(1)} s or more`;
  if (least !== null && isExceeded(expectation, least)) {
    const reason = { code: 'not-met', text: `measured ${measured}` } as const;
    return { expectation, measured, verdict: 'fail', reason };
  }
  if (note?.code === 'late') return unknown({ code: 'late', text: note.reason ?? 'an instrument was late' });
  if (measured !== null) return unknown({ code: 'not-measured', text: `${measured}, and not over` });
  return unknown({ code: 'not-measured', text: 'not measured' });
}

/** One row for each expectation and policy: the worst of its repeats, with what was measured there. */
export function expectationRows(
  judged: readonly {
    readonly policy: string | null;
    readonly judgements: readonly Judgement[];
    readonly doubts: readonly TrialReason[];
  }[],
): ExpectationReport[] {
  const rows = new Map<string, ExpectationReport>();
  for (const { policy, judgements, doubts } of judged) {
    for (const { expectation, measured, verdict, reason } of judgements) {
      const { text, metric, unit, line } = expectation;
      const key = `${policy} ${metric} ${text} ${line}`;
      const row = rows.get(key);
      if (row !== undefined && worst([row.verdict, verdict]) === row.verdict) continue;
      const why = verdict === 'pass' ? null : (reason ?? doubts[0] ?? null);
      rows.set(key, { text, policy, measured, unit, verdict, reason: why, line });
    }
  }
  return [...rows.values()];
}
