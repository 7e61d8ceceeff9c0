/*
 * k6 stamps its samples with the wall clock of its own machine. A runner therefore reads that clock before and after each
 * of its questions to the gate, whose answer holds the gate's clock; the reading comes with its next question. Half of the
 * way there and back, and half of a millisecond by which the runner's readings are rounded, is how far it may be wrong.
 */

/** What to add to a runner's wall time to get the gate's clock, milliseconds; `errorMs`: how far it may be wrong. */
interface RunnerShift {
  readonly shiftMs: number;
  readonly errorMs: number;
}

/** Readings kept for each runner: the quickest of them counts, so a drift is followed. */
const kept = 60;

export interface RunnerClocks {
  /** Takes the reading in a question's query: `runner`, `asked`, `there`, `answered`. One without a reading is passed over. */
  read(query: URLSearchParams): void;
  /** The best reading of a runner; null: it has given none. */
  best(runner: number): RunnerShift | null;
}

export function runnerClocks(): RunnerClocks {
  const readings = new Map<number, RunnerShift[]>();
  return {
    read(query) {
      const [runner, asked, there, answered] = ['runner', 'asked', 'there', 'answered'].map((name) =>
        Number(query.get(name) ?? Number.NaN),
      ) as [number, number, number, number];
      if (![runner, asked, there, answered].every(Number.isFinite)) return;
      const list = readings.get(runner) ?? [];
      readings.set(runner, list);
      // Rounded down, both of them: half a millisecond later on average.
      list.push({ shiftMs: there - (asked + answered + 1) / 2, errorMs: (answered - asked + 1) / 2 });
      if (list.length > kept) list.shift();
    },
    best: (runner) =>
      (readings.get(runner) ?? []).reduce<RunnerShift | null>(
        (found, one) => (found === null || one.errorMs < found.errorMs ? one : found),
        null,
      ),
  };
}
