import { join } from 'node:path';
import type { ComparisonRow, Report, Verdict } from '../analysis/schema.ts';
import { conclusion } from './conclusion.ts';
import { latenessLines } from './lateness.ts';
import { type Paint, paint } from './paint.ts';
import { table, wrap } from './table.ts';
import {
  address,
  causeList,
  cdnLine,
  clock,
  comparisonTitles,
  failing,
  interval,
  measured,
  policyName,
  setting,
} from './words.ts';

export interface TerminalOptions {
  readonly columns: number;
  readonly colour: boolean;
  /** Of the report; named in the last line. */
  readonly folder: string;
}

/** What a person sees at the end. Lines fit `columns`; nothing is cut. */
export function terminalReport(report: Report, options: TerminalOptions): string {
  const colours = paint(options.colour);
  const columns = Math.max(40, options.columns);
  const para = (text: string, indent = '') => wrap(text, columns, indent);
  const codes = cdnLine(report);
  const lines = [
    // Of a watch what is asked, and while what, is what it was.
    ...para(
      `${colours.bold(report.experiment)} · ${report.provider === 'watch' ? report.description : setting(report)}`,
    ),
    '',
    ...comparison(report, columns, colours),
    '',
    ...conclusion(report).flatMap((text) => para(text, '  ')),
    ...(codes === null ? [] : para(codes, '  ')),
    ...section(expectationLines(report, colours).flatMap((text) => para(text, '    '))),
    ...section(doubts(report).flatMap((text) => para(text, '  '))),
    ...section(latenessLines(report).flatMap((text) => para(`late: ${text}`, '  '))),
    ...section([...new Set(report.notices)].flatMap((text) => para(`note: ${text}`, '  '))),
    '',
    ...para(ending(report, options.folder, colours), '  '),
  ];
  return `${lines.join('\n')}\n`;
}

const section = (lines: readonly string[]) => (lines.length === 0 ? [] : ['', ...lines]);

function comparison({ comparison: rows }: Report, columns: number, colours: Paint): string[] {
  if (rows.length === 0) return ['no trial was begun'];
  const cells = rows.flatMap((row) => rowCells(row, colours));
  // Word by word, so that a title in two lines is whole in its colour.
  const head = titles.map((title) => title.split(' ').map(colours.dim).join(' '));
  return table([head, ...cells], columns) ?? rows.flatMap((row) => stacked(row, colours));
}

/** How many streams there were stands beside those that were lost. */
const titles = comparisonTitles.filter((title) => title !== 'streams');

/** A row; a second one where flip and fault have a figure each. */
function rowCells(row: ComparisonRow, colours: Paint): string[][] {
  const flips = row.flipFailover !== null;
  const faults = row.failover !== null;
  const lost = row.lost === 0 ? colours.green('0') : colours.red(String(row.lost));
  const share = interval(row);
  const first = [
    colours.bold(policyName(row.policy)),
    `${lost} of ${row.started}${share === '' ? '' : ` (${share})`}`,
    causeList(row.byCause),
  ];
  const flip = [`flip: ${clock(row.flipFailover)}`, failing(row.flipFailingShare, row.flipFailover)];
  const fault = [`${flips ? 'fault: ' : ''}${clock(row.failover)}`, failing(row.failingShare, row.failover)];
  const main = flips ? flip : fault;
  const lines = [[...first, ...main, address(row.sourceAddress)]];
  if (flips && faults) lines.push(['', '', '', ...fault, '']);
  return lines;
}

/** For a terminal too narrow for a table. */
function stacked(row: ComparisonRow, colours: Paint): string[] {
  const [first = [], second = []] = rowCells(row, colours);
  const [name = '', ...values] = first;
  const lines = values.flatMap((value, index) => {
    const title = `  ${(titles[index + 1] ?? '').padEnd(25)}`;
    const more = second[index + 1] ?? '';
    return [`${title}${value}`, ...(more === '' ? [] : [`${title}${more}`])];
  });
  return [name, ...lines];
}

function expectationLines({ expectations }: Report, colours: Paint): string[] {
  const word = verdictWord(colours);
  return expectations
    .filter(({ verdict }) => verdict !== 'pass')
    .map((row) => {
      const where = row.line === null ? '' : ` (line ${row.line})`;
      const found = row.measured === null ? 'not measured' : `measured ${measured(row)}`;
      return `${word(row.verdict)} ${policyName(row.policy)}: expected ${row.text}${where}, ${found}`;
    });
}

/** Trials that prove nothing, and why. */
function doubts({ trials }: Report): string[] {
  return trials
    .filter(({ verdict, reason }) => verdict === 'unknown' && reason !== null)
    .map(({ policy, repeat, reason }) => `unknown: ${policyName(policy)}, repeat ${repeat + 1}: ${reason}`);
}

function ending(report: Report, folder: string, colours: Paint): string {
  const word = verdictWord(colours)(report.verdict);
  const { outcome, reason } = report;
  // How it ended goes first, as it does in the exit code.
  const end = reason?.startsWith(outcome) ? reason : `${outcome}: ${reason ?? 'no reason is known'}`;
  const how = outcome === 'completed' ? word : `${colours.bold(end)}; what was measured: ${word}`;
  return `${how} · report: ${join(folder, 'report.html')}`;
}

const verdictWord = (colours: Paint) => (verdict: Verdict) => {
  const colour = { pass: colours.green, fail: colours.red, unknown: colours.yellow }[verdict];
  return colours.bold(colour(verdict));
};
