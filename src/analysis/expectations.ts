import { outcomes } from '../history/schema.ts';
import type { Plan } from '../plan/schema.ts';
import { cutShort, notRecovered } from './clocks.ts';
import {
  causes,
  cdnCodes,
  clockNames,
  type ExpectationReport,
  type TrialReport,
  type Verdict,
} from './schema.ts';
import { doubtOf, isExceeded, type Observed } from './trust.ts';
import { worst } from './verdicts.ts';

type Expectation = Plan['expectations'][number];
export type Measured = ExpectationReport['measured'];

/** unrecovered: all else is well, only new connections had not recovered when the trial ended. */
type Trust = 'valid' | 'unrecovered' | 'invalid';

/** One expectation of one trial. */
export interface Judgement {
  readonly expectation: Expectation;
  readonly measured: Measured;
  readonly verdict: Verdict;
  /** Why the instruments of this very figure cannot be believed; null: they can. */
  readonly doubt: string | null;
}

/** What a trial measured: its report, and what that does not hold. */
export interface Measurements extends Observed {
  /** Whether exactly the predicted streams were lost; null: nothing was predicted. */
  readonly predictedMatches: boolean | null;
}

/**
 * Judges every expectation that a trial is under. An invalid trial proves nothing: all are unknown. One that only had not
 * recovered yet has counted too little if anything: a limit that is exceeded already is a proven failure.
 */
export function judgeTrial(plan: Plan, trial: Measurements, trust: Trust): Judgement[] {
  const { report } = trial;
  return plan.expectations
    .filter(({ policy }) => policy === null || policy === report.policy)
    .map((expectation) => {
      const measured = measure(expectation.metric, trial);
      if (measured === null) return unmeasured(plan, trial, trust, expectation);
      const doubt = doubtOf(plan, trial, expectation, measured);
      const proven = trust === 'valid' || (trust === 'unrecovered' && isExceeded(expectation, measured));
      const verdict = doubt !== null || !proven ? 'unknown' : holds(expectation, measured) ? 'pass' : 'fail';
      return { expectation, measured, verdict, doubt };
    });
}

/** Unknown; but a failover that was not over when it ended is longer than probes were seen to fail, and so fails a limit. */
function unmeasured(plan: Plan, trial: Measurements, trust: Trust, expectation: Expectation): Judgement {
  const least = leastFailover(expectation.metric, trial.report);
  const { op, value } = expectation;
  if (least === null || trust === 'invalid' || doubtOf(plan, trial, expectation, least) !== null) {
    return { expectation, measured: null, verdict: 'unknown', doubt: 'not measured' };
  }
  const measured = `more than ${least.toFixed(1)} s`;
  const limited = op === '<' || op === '<=' || op === '==';
  if (limited && least >= Number(value)) return { expectation, measured, verdict: 'fail', doubt: null };
  return { expectation, measured, verdict: 'unknown', doubt: `${measured}, and not over` };
}

/** Seconds that probes were seen to fail in an outage that went on; null where that is not so. */
function leastFailover(
  metric: string,
  { clocksSeconds, clockNotes, disturbances }: TrialReport,
): number | null {
  const found =
    metric === 'failover'
      ? { clocksSeconds, clockNotes }
      : metric === 'flip.failover'
        ? disturbances.find(({ kind }) => kind === 'flip')
        : undefined;
  const reason = found?.clockNotes.failover?.reason;
  if (found === undefined || (reason !== notRecovered && reason !== cutShort)) return null;
  return found.clocksSeconds.lastFailedProbe;
}

/** One row for each expectation and policy: the worst of its repeats, with what was measured there. */
export function expectationRows(
  judged: readonly { readonly policy: string | null; readonly judgements: readonly Judgement[] }[],
): ExpectationReport[] {
  const rows = new Map<string, ExpectationReport>();
  for (const { policy, judgements } of judged) {
    for (const { expectation, measured, verdict, doubt } of judgements) {
      const key = `${policy} ${expectation.metric} ${expectation.text} ${expectation.line}`;
      const row = rows.get(key);
      if (row !== undefined && worst([row.verdict, verdict]) === row.verdict) continue;
      const { text, unit, line } = expectation;
      const code = verdict === 'fail' ? 'not-met' : measured === null ? 'not-measured' : 'late';
      const reason = verdict === 'pass' ? null : ({ code, text: doubt ?? `measured ${measured}` } as const);
      rows.set(key, { text, policy, measured, unit, verdict, reason, line });
    }
  }
  return [...rows.values()];
}

/** The value of a metric in one trial; null where it was not measured. */
export function measure(metric: string, { report, predictedMatches }: Measurements): Measured {
  const { requests, probes, disturbances } = report;
  const flip = disturbances.find(({ kind }) => kind === 'flip');
  const fault = disturbances.find(({ kind }) => kind === 'fault');
  switch (metric) {
    case 'lost':
      return requests.lost;
    case 'lost.share':
      return requests.started === 0 ? null : requests.lost / requests.started;
    case 'lostAtFlip':
      return flip?.requestsLost ?? null;
    case 'lostAtFault':
      return fault?.requestsLost ?? null;
    case 'avoidableByLocal':
      return requests.avoidableByLocal;
    case 'probes.new.failed':
      return probes.new?.failed ?? null;
    case 'probes.reused.failed':
      return probes.reused?.failed ?? null;
    case 'predictedMatches':
      return predictedMatches;
    case 'sourceAddress':
      return report.sourceAddress;
  }
  const [head = '', tail = ''] = splitOnce(metric);
  if (head === 'lost') return countOf(requests.byCause, causes, tail);
  if (head === 'outcome') return countOf(requests.byOutcome, outcomes, tail);
  if (head === 'cdn') return countOf(requests.byCdnCode, cdnCodes, tail);
  const name = clockNames.find((clock) => clock === (head === 'flip' ? tail : metric));
  if (name === undefined) return null;
  return head === 'flip' ? (flip?.clocksSeconds[name] ?? null) : report.clocksSeconds[name];
}

function splitOnce(metric: string): [string, string] {
  const dot = metric.indexOf('.');
  return dot === -1 ? [metric, ''] : [metric.slice(0, dot), metric.slice(dot + 1)];
}

function countOf<K extends string>(
  counts: Partial<Record<K, number>>,
  keys: readonly K[],
  name: string,
): number | null {
  const key = keys.find((one) => one === name);
  return key === undefined ? null : (counts[key] ?? 0);
}

function holds({ op, value }: Expectation, measured: NonNullable<Measured>): boolean {
  if (op === '==') return measured === value;
  if (op === '!=') return measured !== value;
  const [left, right] = [Number(measured), Number(value)];
  switch (op) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}
