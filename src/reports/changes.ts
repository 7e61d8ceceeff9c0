import { type ChangeVerdict, type ComparedFigure, compareReports } from '../analysis/regression.ts';
import type { Report } from '../analysis/schema.ts';
import { plural, policyLabel } from './figures.ts';
import { folded, table, wrap } from './table.ts';

/*
 * Two reports side by side: what is worse, what is better, and what may be chance.
 */

export const changeTitles = ['policy', 'figure', 'before', 'after', 'change'] as const;

export const changeCells = ({ policy, figure, before, after, change }: ComparedFigure): string[] => [
  policyLabel(policy),
  figure,
  before,
  after,
  change,
];

/** `1 regression, 2 improvements, 3 without a difference, 1 unknown.` */
function changeSummary(figures: readonly ComparedFigure[]): string {
  const of = (wanted: ChangeVerdict) => figures.filter(({ change }) => change === wanted).length;
  const [worse, better] = [of('regression'), of('improvement')];
  return `${worse} ${plural(worse, 'regression')}, ${better} ${plural(better, 'improvement')}, ${of('no difference')} without a difference, ${of('unknown')} unknown.`;
}

/** Why two reports should not be compared, as far as they show it. Empty: nothing speaks against it. */
export function differences(before: Report, after: Report): string[] {
  const of = [
    ['experiment', before.experiment, after.experiment],
    ['provider', before.provider, after.provider],
    ['timeScale', before.timeScale, after.timeScale],
  ] as const;
  return of.flatMap(([name, one, other]) =>
    one === other ? [] : [`${name} was ${one} and is ${other}: a difference may come from that`],
  );
}

/** A report beside an earlier one. */
export interface Changes {
  readonly figures: readonly ComparedFigure[];
  /** Why the two should not be compared, as far as they show it. */
  readonly notes: readonly string[];
  /** When the earlier run began, as its report has it. */
  readonly before: string;
}

export const changesOf = (before: Report, after: Report): Changes => ({
  figures: compareReports(before, after),
  notes: differences(before, after),
  before: before.startedAt,
});

export const changesHeading = 'Against the baseline';
export const changesLead = ({ before, figures }: Changes): string =>
  `Compared with the run of ${before}: ${changeSummary(figures)}`;

/** The changes for a terminal; no line is wider than `columns`. */
export function changesText(
  figures: readonly ComparedFigure[],
  notes: readonly string[],
  columns: number,
): string {
  const cells = figures.map(changeCells);
  const rows =
    table([[...changeTitles], ...cells], columns) ??
    cells.flatMap(([name = '', ...rest]) => [
      name,
      ...rest.flatMap((cell, at) =>
        wrap(`${changeTitles[at + 1]}: ${cell}`, columns - 2, '  ').map((line) => `  ${line}`),
      ),
    ]);
  const other = [...notes.map((text) => `note: ${text}`), changeSummary(figures)];
  const lines = [...rows, '', ...other.flatMap((text) => wrap(text, columns, '  '))];
  return `${folded(lines, columns).join('\n')}\n`;
}

/** The changes for a pull request. */
export function changesMarkdown(figures: readonly ComparedFigure[], notes: readonly string[]): string {
  const safe = (text: string) => text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]<>|~&]/g, '\\$&');
  const line = (cells: readonly string[]) => `| ${cells.map(safe).join(' | ')} |`;
  return [
    line(changeTitles),
    `|${changeTitles.map(() => '---|').join('')}`,
    ...figures.map((one) => line(changeCells(one))),
    '',
    ...notes.map((text) => `- ${safe(text)}`),
    safe(changeSummary(figures)),
    '',
  ].join('\n');
}
