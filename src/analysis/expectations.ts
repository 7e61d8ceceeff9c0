import { outcomes } from '../history/schema.ts';
import type { Plan } from '../plan/schema.ts';
import {
  causes,
  cdnCodes,
  clockNames,
  type ExpectationReport,
  type TrialReport,
  type Verdict,
} from './schema.ts';
import { worst } from './verdicts.ts';

type Expectation = Plan['expectations'][number];
export type Measured = ExpectationReport['measured'];

/** One expectation of one trial. */
export interface Judgement {
  readonly expectation: Expectation;
  readonly measured: Measured;
  readonly verdict: Verdict;
}

/** What a trial measured: its report, and what that does not hold. */
export interface Measurements {
  readonly report: TrialReport;
  /** Whether exactly the predicted streams were lost; null: nothing was predicted. */
  readonly predictedMatches: boolean | null;
}

/**
 * Judges every expectation that a trial is under. An invalid trial proves nothing: all are unknown. One that only had not
 * recovered yet has counted too little if anything: a limit that is exceeded already is a proven failure.
 */
export function judgeTrial(
  plan: Plan,
  trial: Measurements,
  trust: 'valid' | 'unrecovered' | 'invalid',
): Judgement[] {
  const { report } = trial;
  return plan.expectations
    .filter(({ policy }) => policy === null || policy === report.policy)
    .map((expectation) => {
      const measured = measure(expectation.metric, trial);
      const doubtful =
        measured === null ||
        isUntrusted(plan, report, expectation.metric) ||
        (trust !== 'valid' && !(trust === 'unrecovered' && isExceeded(expectation, measured))) ||
        (isExceeded(expectation, measured) && mayBeOurOwn(plan, report, expectation.metric));
      const verdict = doubtful ? 'unknown' : holds(expectation, measured) ? 'pass' : 'fail';
      return { expectation, measured, verdict };
    });
}

/** One row for each expectation and policy: the worst of its repeats, with what was measured there. */
export function expectationRows(
  judged: readonly { readonly policy: string | null; readonly judgements: readonly Judgement[] }[],
): ExpectationReport[] {
  const rows = new Map<string, ExpectationReport>();
  for (const { policy, judgements } of judged) {
    for (const { expectation, measured, verdict } of judgements) {
      const key = `${policy} ${expectation.metric} ${expectation.text} ${expectation.line}`;
      const row = rows.get(key);
      if (row !== undefined && worst([row.verdict, verdict]) === row.verdict) continue;
      rows.set(key, { text: expectation.text, policy, measured, verdict, line: expectation.line });
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

/** A count beyond what an upper limit allows: more time could only make it more. */
function isExceeded({ op, value, unit }: Expectation, measured: NonNullable<Measured>): boolean {
  if (unit !== 'count' || typeof measured !== 'number' || typeof value !== 'number') return false;
  if (op === '<') return measured >= value;
  return (op === '<=' || op === '==') && measured > value;
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

/** Probes that failed where the probe itself was late may have failed by this machine's want of time alone. */
function mayBeOurOwn(plan: Plan, { untrusted }: TrialReport, metric: string): boolean {
  if (metric !== 'probes.new.failed' && metric !== 'probes.reused.failed') return false;
  return untrusted.some(({ instrument }) => kindOf(plan, instrument) === 'probe');
}

/** Whose being on time a metric's value depends on; null: it counts, whenever that was. */
function instrumentOf(metric: string): 'probe' | 'streams' | 'edge' | null {
  switch (metric.startsWith('flip.') ? metric.slice('flip.'.length) : metric) {
    case 'firstFailedProbe':
    case 'lastFailedProbe':
    case 'failover':
    case 'disruption':
    case 'failoverReused':
      return 'probe';
    case 'longestSilence':
      return 'streams';
    case 'edgeEjected':
    case 'nodeReadmitted':
      return 'edge';
    default:
      return null;
  }
}

/** The instrument was late while what it measured was going on. */
function isUntrusted(plan: Plan, { untrusted, disturbances }: TrialReport, metric: string): boolean {
  const kind = instrumentOf(metric);
  if (kind === null) return false;
  const late = untrusted.filter(({ instrument }) => kindOf(plan, instrument) === kind);
  // A silence, or a check that was due, may be anywhere in the trial.
  if (kind !== 'probe') return late.length > 0;
  return late.some(({ from, to }) =>
    disturbances.some(({ at, clocksSeconds: { failover, lastFailedProbe } }) => {
      const end = at + Math.max(failover ?? Number.POSITIVE_INFINITY, lastFailedProbe ?? 0);
      return from <= end && to >= at;
    }),
  );
}

/** Of a load by its name in the plan; any other is the edge. */
function kindOf(plan: Plan, instrument: string): string {
  return plan.load.find(({ name }) => name === instrument)?.kind ?? 'edge';
}
