import type { AnyPlan } from '../../plan/schema.ts';
import type { BuiltTrial } from '../build/trial.ts';
import type { TrialReason, TrialReport } from '../schema.ts';
import { type Judgement, judgeTrial } from './expectations.ts';
import { doubtsOf, trustOf } from './reasons.ts';
import { worst } from './verdicts.ts';

export interface JudgedTrial {
  readonly report: TrialReport;
  readonly judgements: readonly Judgement[];
  /** Why nothing, or not all, can be concluded from the trial. */
  readonly doubts: readonly TrialReason[];
}

/** Gives a trial its verdict: the worst of its expectations, and unknown at best if it is in doubt. */
export function judged(plan: AnyPlan, trial: BuiltTrial): JudgedTrial {
  const doubts = doubtsOf(trial);
  const judgements = judgeTrial(plan, trial, trustOf(doubts));
  const verdicts = judgements.map(({ verdict }) => verdict);
  const missed = judgements.flatMap(({ expectation, reason }): TrialReason[] =>
    reason === null ? [] : [{ code: reason.code, text: `${expectation.text}: ${reason.text}` }],
  );
  // If a trial is in doubt, its reasons explain everything that is unknown.
  const decisive = doubts.length > 0 ? missed.filter(({ code }) => code === 'not-met') : missed;
  const reasons = [...decisive, ...doubts];
  const verdict = worst(doubts.length > 0 ? [...verdicts, 'unknown'] : verdicts);
  const reason = reasons.length === 0 ? null : reasons.map(({ text }) => text).join('; ');
  return { report: { ...trial.report, verdict, reason, reasons }, judgements, doubts };
}
