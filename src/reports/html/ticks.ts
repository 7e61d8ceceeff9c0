/** Whole numbers from 0 to `max`, evenly spaced by 1, 2 or 5 times a power of ten, `most` of them beside the 0 or fewer. */
export function wholeTicks(max: number, most: number): number[] {
  const room = Math.max(1, Math.floor(most));
  let step = 1;
  for (let power = 1; Math.floor(max / step) > room; power *= 10) {
    const fitting = [power, 2 * power, 5 * power].find((one) => Math.floor(max / one) <= room);
    step = fitting ?? 10 * power;
  }
  return Array.from({ length: Math.floor(max / step) + 1 }, (_, index) => index * step);
}
