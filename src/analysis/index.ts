import { MidflightError } from '../base/errors.ts';
import { nsPerMs } from '../base/units.ts';
import type { NoteCode } from '../history/codes.ts';
import type { EventOf, HistoryEvent } from '../history/schema.ts';
import { buildTrial } from './build/trial.ts';
import { type Asides, compare, type TrialAside } from './comparison.ts';
import { detailOf, type TrialDetail } from './detail.ts';
import { fatesOf } from './fates.ts';
import { type Fold, fold } from './fold/index.ts';
import { expectationRows } from './judge/expectations.ts';
import { type JudgedTrial, judged } from './judge/trial.ts';
import { worst } from './judge/verdicts.ts';
import type { TrialRecord } from './records.ts';
import { type Report, reportVersion } from './schema.ts';

/** Notes that are no warning and are in the report all the same. */
const toBeKnown: ReadonlySet<NoteCode> = new Set(['address-used', 'run-again-alone']);

/** Takes the events of a history in their order; keeps no more than one trial. */
interface Analysis {
  /** Returns the start of the request that this event ends, null if it ends none. */
  take(event: HistoryEvent): EventOf<'start'> | null;
  /**
   * Once, after the last. `breaksOff`: the history's file does not end with its last event. Throws `bad-history` if there
   * was no header.
   */
  report(ending?: { readonly breaksOff: boolean }): Report;
}

interface AnalysisOptions {
  /** Gets the details of each trial as it ends; what it does not keep is forgotten. */
  readonly onDetail?: (detail: TrialDetail) => void;
  /** How many lost requests of one trial to list one by one. */
  readonly lostLimit?: number;
}

/**
 * A history's report, of its events and nothing else: the same history gives the same report anywhere. Throws `internal`
 * if its requests do not add up.
 */
export function analysis({ onDetail, lostLimit = Number.POSITIVE_INFINITY }: AnalysisOptions = {}): Analysis {
  const folded = fold();
  const trials: JudgedTrial[] = [];
  const asides = new Map<number, TrialAside>();
  const conclude = (trial: TrialRecord) => {
    const run = runOf(folded);
    const built = buildTrial(run, trial, folded.lastSeen);
    trials.push(judged(run.header.plan, built));
    // The rest of it is forgotten.
    const { report, streams, nodeLosses, busiestPod, noticesSeconds } = built;
    asides.set(report.index, { fates: fatesOf(streams), nodeLosses, busiestPod, noticesSeconds });
    onDetail?.(detailOf(built, lostLimit));
  };
  return {
    take(event) {
      const { trial, started } = folded.take(event);
      if (trial !== null) conclude(trial);
      return started;
    },
    report(ending = { breaksOff: false }) {
      const rest = folded.rest();
      if (rest !== null) conclude(rest);
      return reportOf(folded, trials, asides, ending.breaksOff);
    },
  };
}

/** The same of events that are asked for. */
export async function analyse(events: AsyncIterable<HistoryEvent>): Promise<Report> {
  const { take, report } = analysis();
  for await (const event of events) take(event);
  return report();
}

function runOf(folded: Fold) {
  const run = folded.run();
  if (run === null) throw new MidflightError('bad-history', 'the history has no header');
  return run;
}

function reportOf(
  folded: Fold,
  judgedTrials: readonly JudgedTrial[],
  asides: Asides,
  breaksOff: boolean,
): Report {
  const { header, topology } = runOf(folded);
  const { plan } = header;
  const { finish, notes, lastSeen } = folded;
  const trials = judgedTrials.map(({ report }) => report);
  const missing = plan.trials.length - trials.length;
  const verdicts = trials.map(({ verdict }) => verdict);
  // A history without its last line may lack anything.
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
    outcome: finish?.outcome ?? 'interrupted',
    reason: reasonOfEnd(finish, breaksOff),
    versions: { ...header.versions, ...topology?.versions },
    notices: [
      ...plan.notices,
      ...(topology?.limits ?? []).map(({ text }) => text),
      ...new Set(
        notes.filter(({ level, code }) => level !== 'info' || toBeKnown.has(code)).map(({ text }) => text),
      ),
    ],
    trials,
    comparison: compare(trials, asides),
    expectations: expectationRows(
      judgedTrials.map(({ report: { policy }, judgements, doubts }) => ({ policy, judgements, doubts })),
    ),
  };
}

function reasonOfEnd(finish: Fold['finish'], breaksOff: boolean): string | null {
  if (finish === null) return 'the history breaks off: midflight was killed, or could not write on';
  return breaksOff
    ? 'what follows the last checksum of the history is not ours'
    : (finish.reason?.text ?? null);
}
