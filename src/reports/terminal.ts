import { join } from 'node:path';
import type { ComparisonRow, ExpectationReport, Report, Verdict } from '../analysis/schema.ts';
import { visibleDeep } from '../base/visible.ts';
import { clusterTraits } from '../catalogue/clusters.ts';
import { answer } from './answer.ts';
import { cellLines, columnsInUse, comparisonCells, comparisonTitles } from './comparison-cells.ts';
import { conclusion } from './conclusion.ts';
import { customersRows, customersTitle, customersTitles } from './customers.ts';
import { explainCells, explainColumns } from './explain.ts';
import { measured, plural, policyLabel, setting } from './figures.ts';
import { latenessRows, latenessTitle, latenessTitles } from './lateness.ts';
import { outageRows, outageTitles } from './outages.ts';
import { type Paint, paint } from './paint.ts';
import { folded, table, wrap } from './table.ts';

interface TerminalOptions {
  readonly columns: number;
  readonly colour: boolean;
  /** The report's folder, named in the last line; null if the page could not be written. */
  readonly folder: string | null;
  /** Whether report.html is among the forms; default: it is. */
  readonly page?: boolean;
}

/** What a person sees at the end. Lines fit `columns`; nothing is cut. */
export function terminalReport(raw: Report, options: TerminalOptions): string {
  const report = visibleDeep(raw);
  const colours = paint(options.colour);
  const columns = Math.max(40, options.columns);
  const para = (text: string, indent = '') => wrap(text, columns, indent);
  const compared = report.comparison.map(comparisonCells).flatMap(cellLines);
  const used = columnsInUse(compared);
  const outages = outageRows(report);
  const marks = [
    ...explainColumns(used(comparisonTitles)),
    ...explainCells([...compared.flatMap(used), ...outages.flat()]),
  ];
  const lines = [
    // A watch is named by its URL and by what was done meanwhile.
    ...para(
      `${colours.bold(report.experiment)} · ${clusterTraits(report.provider) === null ? report.description : setting(report)}`,
    ),
    ...section(answer(report).flatMap((text) => para(text, '  '))),
    '',
    ...comparison(report, columns, colours),
    ...section(titled('When new connections failed', outageTitles, shortOf(outages), columns, colours)),
    ...section(titled(customersTitle, customersTitles, customersRows(report), columns, colours)),
    ...section(conclusion(report).flatMap((text) => para(text, '  '))),
    ...section(expectationLines(report, colours).flatMap((text) => para(text, '    '))),
    ...section(doubts(report).flatMap((text) => para(text, '  '))),
    ...section(titled(latenessTitle, latenessTitles, shortOf(latenessRows(report)), columns, colours)),
    ...section([...new Set(report.notices)].flatMap((text) => para(`note: ${text}`, '  '))),
    ...section(
      report.comparison.length === 0 ? [] : para(marks.join(' · ')).map((line) => colours.dim(line)),
    ),
  ];
  // If there is room for it, the path stays in one piece: it is copied and clicked.
  const last = para(ending(report, options, colours), '  ');
  const end = columns < 80 ? folded(last, columns) : last;
  return `${[...folded(lines, columns), '', ...end].join('\n')}\n`;
}

const section = (lines: readonly string[]) => (lines.length === 0 ? [] : ['', ...lines]);

/** Word by word, so that a title in two lines is whole in its colour. */
const dimmed = (titles: readonly string[], colours: Paint) =>
  titles.map((title) => title.split(' ').map(colours.dim).join(' '));

/** A table with a title over it; without rows nothing. Too narrow for a table: one cell a line. */
function titled(
  title: string,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
  colours: Paint,
): string[] {
  if (rows.length === 0) return [];
  const lines =
    table([dimmed(titles, colours), ...rows], columns) ??
    rows.flatMap(([first = '', ...cells]) => [
      first,
      ...cells.flatMap((cell, index) => below(`${titles[index + 1]}: ${cell}`, columns)),
    ]);
  return [...wrap(title, columns).map(colours.bold), ...lines];
}

/** More rows than these belong in the page. */
const mostRows = 12;

function shortOf(rows: string[][]): string[][] {
  if (rows.length <= mostRows) return rows;
  const left = rows.length - mostRows + 1;
  return [...rows.slice(0, mostRows - 1), [`${left} more in report.html`]];
}

function comparison({ comparison: rows }: Report, columns: number, colours: Paint): string[] {
  if (rows.length === 0) return ['no trial was started'];
  const cells = rows.flatMap((row) => rowCells(row, colours));
  const all = [dimmed(comparisonTitles, colours), ...cells];
  const whole = columns >= wideColumns ? table(all.map(columnsInUse(cells)), columns) : null;
  return (
    whole ??
    inTwo(all, columns, rows.map(comparisonCells).flatMap(cellLines)) ??
    rows.flatMap((row) => stacked(row, columns, colours))
  );
}

/** From this width on all columns fit side by side without being broken into splinters. */
const wideColumns = 120;
const main: readonly (typeof comparisonTitles)[number][] = [
  'policy',
  'lost',
  'expected',
  'failover',
  'new connections failing',
];

/** Two tables below each other: what was lost and for how long, then why. Null if even these do not fit. */
function inTwo(all: readonly string[][], columns: number, plain: readonly string[][]): string[] | null {
  const used = columnsInUse(plain)(comparisonTitles);
  const only = (titles: readonly string[]) => (cells: readonly string[]) =>
    cells.filter((_, index) => titles.includes(comparisonTitles[index] ?? ''));
  const first = table(all.map(only(used.filter((title) => main.some((one) => one === title)))), columns);
  const others = used.filter((title) => !main.some((one) => one === title));
  if (first === null || others.length === 0) return first;
  // The further lines of a row add nothing here.
  const rows = all.map(only(['policy', ...others])).filter((cells) => cells.some((cell) => cell !== ''));
  const second = table(rows, columns);
  return second === null ? null : [...first, '', ...second];
}

/** A row; one more for each further kind of disturbance. */
function rowCells(row: ComparisonRow, colours: Paint): string[][] {
  const cells = comparisonCells(row);
  const [first, ...others] = cells.disturbances;
  const paintLost = cells.anyLost === null ? colours.yellow : cells.anyLost ? colours.red : colours.green;
  const doubt = cells.doubt === null ? '' : ` ${words(`(${cells.doubt})`, colours.yellow)}`;
  const main = [
    `${words(cells.policy, colours.bold)}${doubt}`,
    cells.lost.replace(/^\S+/, (count) => paintLost(count)),
    cells.expected,
    cells.cause,
    first?.failover ?? '-',
    first?.failing ?? '-',
    cells.address,
  ];
  return [main, ...others.map(({ failover, failing }) => ['', '', '', '', failover, failing, ''])];
}

/** Colours that survive a break of the line. */
const words = (text: string, colour: (word: string) => string) => text.split(' ').map(colour).join(' ');

const below = (text: string, columns: number) => wrap(text, columns - 2, '  ').map((line) => `  ${line}`);

/** The form for a terminal too narrow for a table. */
function stacked(row: ComparisonRow, columns: number, colours: Paint): string[] {
  const [first = [], ...more] = rowCells(row, colours);
  const [name = '', ...values] = first;
  const lines = values.flatMap((value, index) => {
    const title = `${comparisonTitles[index + 1] ?? ''}: `;
    const others = more.map((cells) => cells[index + 1] ?? '').filter((cell) => cell !== '');
    return below(`${title}${[value, ...others].join('; ')}`, columns);
  });
  return [name, ...lines];
}

/** Each that failed; those that are unknown for one reason in one line. */
function expectationLines({ expectations }: Report, colours: Paint): string[] {
  const word = verdictWord(colours);
  const of = (rows: readonly ExpectationReport[]) => {
    const lines = rows.flatMap(({ line }) => line ?? []);
    return lines.length === 0 ? '' : ` (${plural(lines.length, 'line')} ${lines.join(', ')})`;
  };
  const failed = expectations
    .filter(({ verdict }) => verdict === 'fail')
    .map(
      (row) =>
        `${word('fail')} ${policyLabel(row.policy)}: expected ${row.text}${of([row])}, ${row.measured === null ? 'not measured' : `measured ${measured(row)}`}`,
    );
  const unknown = new Map<string, ExpectationReport[]>();
  for (const row of expectations.filter(({ verdict }) => verdict === 'unknown')) {
    const key = `${policyLabel(row.policy)} ${row.reason?.text ?? ''}`;
    unknown.set(key, [...(unknown.get(key) ?? []), row]);
  }
  const doubtful = [...unknown.values()].map((rows) => {
    const [first] = rows;
    const texts = rows.map(({ text }) => text).join(', ');
    return `${word('unknown')} ${policyLabel(first?.policy ?? null)}: ${texts}${of(rows)}: ${first?.reason?.text ?? 'not measured'}`;
  });
  return [...failed, ...doubtful];
}

/** Trials that prove nothing, and why. */
function doubts({ trials }: Report): string[] {
  return trials
    .filter(({ verdict, reason }) => verdict === 'unknown' && reason !== null)
    .map(({ policy, repeat, reason }) => `unknown: ${policyLabel(policy)}, repeat ${repeat + 1}: ${reason}`);
}

function ending(report: Report, { folder, page = true }: TerminalOptions, colours: Paint): string {
  const word = verdictWord(colours)(report.verdict);
  const { outcome, reason } = report;
  // How it ended goes first, as it does in the exit code.
  // An interruption's reason already says that it is one.
  const end =
    outcome === 'interrupted' ? (reason ?? 'interrupted') : `${outcome}: ${reason ?? 'no reason is known'}`;
  const how = outcome === 'completed' ? word : `${colours.bold(end)}; what was measured: ${word}`;
  const where = folder === null ? null : page ? join(folder, 'report.html') : folder;
  return `${how} · ${where === null ? 'no report could be written' : `report: ${where}`}`;
}

const verdictWord = (colours: Paint) => (verdict: Verdict) => {
  const colour = { pass: colours.green, fail: colours.red, unknown: colours.yellow }[verdict];
  return colours.bold(colour(verdict));
};
