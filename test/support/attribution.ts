import { trialOf } from './analysis.ts';
import {
  type HistoryBuilder,
  type HistoryOptions,
  history,
  type RequestOptions,
  type TrialOptions,
} from './history.ts';

export const dead = 'preemptible-0';
export const powerOff = (node = dead) => ({ kind: 'power-off', node });

/** A trial in which the fault comes at 10 s (and the flip, if any, at 5 s); what became of its streams. */
export async function requestsOf(
  trial: TrialOptions,
  streams: readonly Partial<RequestOptions>[],
  { more = () => {}, ...options }: HistoryOptions & { more?: (builder: HistoryBuilder) => void } = {},
) {
  const builder = history(options).trial(10, trial);
  for (const stream of streams) builder.stream({ from: 1000, to: 15_000, outcome: 'hung', ...stream });
  if (trial.policy?.includes('->')) builder.flip(5000).reconciled(6000, 'Local').phase(6500, 'settle');
  if (trial.fault !== undefined) builder.fault(10_000);
  more(builder);
  const report = await trialOf(builder.endTrial(60_000));
  return { ...report.requests, disturbances: report.disturbances };
}

export const causesOf = async (...args: Parameters<typeof requestsOf>) => (await requestsOf(...args)).byCause;
