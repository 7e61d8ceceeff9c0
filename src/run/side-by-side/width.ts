/** How many trials may run at once, by how the ones before went. */
interface Width {
  readonly most: number;
  /** An attempt has ended that was on time: it leaves a place that is known to have room. */
  onTime(): void;
  /** One that was late beside others has ended; `most`: how many might run at once when it began. */
  late(most: number): void;
  /** True if a place is free that is known to have room; it counts as taken then. */
  takePlace(): boolean;
}

/** After this many times as many as may run at once were on time in a row, one that is late is chance. */
const calmRounds = 2;

/**
 * One fewer at once after an attempt that was late beside others: of those that were late together, the first sees to it. One
 * more again, up to `limit`, after as many in a row as may run at once were on time: whatever else this machine was busy with may be over.
 */
export function widthOf(limit: number): Width {
  let most = limit;
  let inRow = 0;
  let places = 0;
  return {
    get most() {
      return most;
    },
    onTime() {
      places += 1;
      inRow += 1;
      if (most === limit || inRow < most) return;
      most += 1;
      inRow = 0;
    },
    late(before) {
      const isChance = most === limit && inRow >= calmRounds * limit;
      places = 0;
      inRow = 0;
      if (!isChance && before === most) most = Math.max(1, most - 1);
    },
    takePlace() {
      if (places === 0) return false;
      places -= 1;
      return true;
    },
  };
}
