import { analyse } from '../../src/analysis/index.ts';
import type { Report, TrialReport } from '../../src/analysis/schema.ts';
import type { HistoryEvent } from '../../src/history/schema.ts';
import type { HistoryBuilder } from './history.ts';

async function* each(events: readonly HistoryEvent[]): AsyncGenerator<HistoryEvent> {
  yield* events;
}

/** The report of a history. */
export function reportOf(history: HistoryBuilder | readonly HistoryEvent[]): Promise<Report> {
  return analyse(each('events' in history ? history.events() : history));
}

/** That of its only (or first) trial. */
export async function trialOf(history: HistoryBuilder | readonly HistoryEvent[]): Promise<TrialReport> {
  const { trials } = await reportOf(history);
  const [trial] = trials;
  if (trial === undefined) throw new Error('the report has no trial');
  return trial;
}
