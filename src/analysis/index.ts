import { MidflightError } from '../base/errors.ts';
import { nsPerMs } from '../base/units.ts';
import type { EventOf, HistoryEvent } from '../history/schema.ts';
import { type Collector, collector } from './collect.ts';
import { compare } from './comparison.ts';
import { expectationRows, type Judgement, judgeTrial } from './expectations.ts';
import { type Report, reportVersion, type TrialReport } from './schema.ts';
import { reportTrial } from './trial.ts';
import { worst } from './verdicts.ts';

interface Judged {
  readonly report: TrialReport;
  readonly judgements: readonly Judgement[];
}

/** Takes the events of a history in their order; keeps no more than one trial. */
export interface Analysis {
  /** Returns the start of the request that this event ends, null where it ends none. */
  take(event: HistoryEvent): EventOf<'start'> | null;
  /**
   * Once, after the last. `breaksOff`: the history's file does not end with its last event. Throws `bad-history` if there
   * was no header.
   */
  report(ending?: { readonly breaksOff: boolean }): Report;
}

/**
 * A history's report, of its events and nothing else: the same history gives the same report anywhere. Throws `internal`
 * where its requests do not add up.
 */
export function analysis(): Analysis {
  const collected = collector();
  const judged: Judged[] = [];
  return {
    take(event) {
      collected.take(event);
      const trial = collected.ended();
      if (trial !== null) judged.push(judge(collected, trial));
      return collected.begun();
    },
    report(ending = { breaksOff: false }) {
      const rest = collected.rest();
      if (rest !== null) judged.push(judge(collected, rest));
      return reportOf(collected, judged, ending.breaksOff);
    },
  };
}

/** The same of events that are asked for. */
export async function analyse(events: AsyncIterable<HistoryEvent>): Promise<Report> {
  const { take, report } = analysis();
  for await (const event of events) take(event);
  return report();
}

function runOf(collected: Collector) {
  const run = collected.run();
  if (run === null) throw new MidflightError('bad-history', 'the history has no header');
  return run;
}

function judge(collected: Collector, trial: Parameters<typeof reportTrial>[1]): Judged {
  const run = runOf(collected);
  const found = reportTrial(run, trial, collected.lastSeen);
  const { report, invalid, onlyUnrecovered } = found;
  const trust = invalid.length === 0 ? 'valid' : onlyUnrecovered ? 'unrecovered' : 'invalid';
  const judgements = judgeTrial(run.header.plan, found, trust);
  const verdicts = judgements.map((one) => one.verdict);
  const verdict = worst(trust === 'valid' ? verdicts : [...verdicts, 'unknown']);
  const reasons = invalid.map((text) => ({ code: 'run' as const, text }));
  return { report: { ...report, verdict, reason: reasonOf(invalid, judgements), reasons }, judgements };
}

/** Why a trial is not a pass, in one line. */
function reasonOf(invalid: readonly string[], judgements: readonly Judgement[]): string | null {
  // Where a trial is in doubt its reasons stand for all that is unknown.
  const missed = judgements.filter(({ verdict }) =>
    invalid.length > 0 ? verdict === 'fail' : verdict !== 'pass',
  );
  if (missed.length === 0) return invalid.length > 0 ? invalid.join('; ') : null;
  const told = missed.map(
    ({ expectation, measured, doubt }) => `${expectation.text}: ${doubt ?? `measured ${measured}`}`,
  );
  return [...told, ...invalid].join('; ');
}

function reportOf(collected: Collector, judged: readonly Judged[], breaksOff: boolean): Report {
  const { header, topology } = runOf(collected);
  const { plan } = header;
  const { finish, notes, lastSeen } = collected;
  const trials = judged.map(({ report }) => report);
  const missing = plan.trials.length - trials.length;
  const outcome = finish?.outcome ?? 'interrupted';
  const verdicts = trials.map(({ verdict }) => verdict);
  // Without its last line a history may lack anything.
  const incomplete = missing > 0 || trials.length === 0 || finish === null || breaksOff;
  return {
    schemaVersion: reportVersion,
    midflightVersion: header.midflightVersion,
    experiment: plan.experiment,
    description: plan.description,
    provider: header.provider,
    timeScale: plan.timeScale,
    seed: plan.seed,
    startedAt: header.wallTime,
    wallSeconds: Math.round(((finish?.t ?? lastSeen) - header.t) / nsPerMs) / 1000,
    verdict: worst(incomplete ? [...verdicts, 'unknown'] : verdicts),
    outcome,
    reason: reasonOfEnd(finish, breaksOff),
    versions: { ...header.versions, ...topology?.versions },
    notices: [
      ...plan.notices,
      ...(topology?.limits ?? []).map(({ text }) => text),
      ...new Set(
        notes
          .filter(({ level, code }) => level !== 'info' || code === 'address-used')
          .map(({ text }) => text),
      ),
    ],
    trials,
    comparison: compare(trials),
    expectations: expectationRows(
      judged.map(({ report, judgements }) => ({ policy: report.policy, judgements })),
    ),
  };
}

function reasonOfEnd(finish: Collector['finish'], breaksOff: boolean): string | null {
  if (finish === null) return 'the history breaks off: midflight was killed, or could not write on';
  return breaksOff
    ? 'what follows the last checksum of the history is not ours'
    : (finish.reason?.text ?? null);
}
