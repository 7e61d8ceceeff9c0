import { trialOf } from './analysis.ts';
import { type HistoryOptions, history, type RequestOptions, type TrialOptions } from './history.ts';

export const dead = 'preemptible-0';
export const fault = { kind: 'power-off', node: dead };

/** Streams that went through the dead node, and died with it. */
export const through: RequestOptions = { from: 1000, to: 15_000, transit: dead, outcome: 'hung' };
export const beside: RequestOptions = { from: 1000, to: 21_000 };

/** The fault comes at 10 s. */
export function faultTrial(options: HistoryOptions = {}, trial: TrialOptions = {}) {
  return history(options)
    .trial(10, { fault, ...trial })
    .fault(10_000);
}

/** Expected from topology and policy alone. */
export async function shareOf(trial: TrialOptions, options: HistoryOptions = {}, flipAt?: number) {
  const builder = history(options).trial(10, trial);
  if (flipAt !== undefined) builder.flip(flipAt);
  return (await trialOf(builder.fault(10_000).endTrial(60_000))).predicted?.expectedShare;
}
