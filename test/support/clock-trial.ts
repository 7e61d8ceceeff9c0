import * as assert from 'uvu/assert';
import type { ClockName } from '../../src/catalogue/clocks.ts';
import { trialOf } from './analysis.ts';
import { type HistoryBuilder, type HistoryOptions, history } from './history.ts';

export const node = 'stable-1';
export const fault = { kind: 'power-off', node };

/** stable-1 loses power at 10 s and is brought back at 80 s; the trial ends at 100 s. */
export async function faultTrial(more: (builder: HistoryBuilder) => unknown, options: HistoryOptions = {}) {
  const builder = history(options).trial(10, { fault }).fault(10_000).recover(80_000);
  more(builder);
  return trialOf(builder.endTrial(100_000));
}

/** Seconds, or the reason why there are none. */
export async function clock(
  name: ClockName,
  more: (builder: HistoryBuilder) => unknown,
  options: HistoryOptions = {},
): Promise<number | string | null | undefined> {
  const { clocksSeconds, clockNotes } = await faultTrial(more, options);
  const seconds = clocksSeconds[name];
  const note = clockNotes[name];
  // Either it ticked or it says why not.
  assert.is(seconds === null, note?.reason !== null, `${name}: ${seconds}, ${note?.reason}`);
  return seconds ?? note?.reason;
}
