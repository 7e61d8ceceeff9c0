/*
 * The marks that are shown in place of a figure, explained next to them: only those that occur.
 */

const explanations: readonly [mark: RegExp, text: string][] = [
  [/^none\b|: none\b/, 'none: no new connection failed'],
  [/^-$|: -$/, '-: nothing to measure'],
  [/unknown/, 'unknown: not measured, or an instrument was late, so it counts neither for nor against'],
  [/>= /, '>=: at least this long; the rest was not seen'],
  [/never recovered/, 'never recovered: new connections still failed when probing ended'],
  [/resolution/, 'resolution: how much later the true end may be (95 %)'],
  [
    /with its grace/,
    'with its grace: of those, the streams that cannot finish in the time that the fault leaves them',
  ],
  [/\d\.\.\d[\d.]* %/, 'a..b %: 95 % interval'],
  [/\d\.\.\d[\d.]*\)(?! ?%)/, '(a..b): least and greatest of the repeats'],
];

/** `cells`: everything that a table shows. */
export function explainCells(cells: readonly string[]): string[] {
  const found = explanations.filter(([mark]) => cells.some((cell) => mark.test(cell)));
  return found.map(([, text]) => text);
}

/** What the columns of the comparison count, of those that are shown. */
export const explainColumns = (titles: readonly string[]): string[] =>
  titles.flatMap((title) => columnWords[title] ?? []);

const columnWords: Readonly<Record<string, string>> = {
  expected: 'expected: the share that topology and policy alone predict',
  failover: 'failover: from the disturbance to the first new connection that works again',
  'new connections failing':
    'new connections failing: the share that failed between the first and the last failure, and how long that was',
};
