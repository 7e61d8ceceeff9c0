/** How many iterations were cut off so far, in a line of k6's progress; null: it is none. */
export function interruptedIn(line: string): number | null {
  const said = /\b(\d+) interrupted iterations/.exec(line)?.[1];
  return said === undefined ? null : Number(said);
}
