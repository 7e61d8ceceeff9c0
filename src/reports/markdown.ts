import type { DisturbanceReport, Report, TrialReport } from '../analysis/schema.ts';
import { clockTraits } from '../catalogue/clocks.ts';
import { answer } from './answer.ts';
import { type Changes, changeCells, changesHeading, changesLead, changeTitles } from './changes.ts';
import { clockCells, clocksFor } from './clock-words.ts';
import { cellLines, columnsInUse, comparisonCells, comparisonTitles } from './comparison-cells.ts';
import { conclusion } from './conclusion.ts';
import { explainCells, explainColumns } from './explain.ts';
import {
  disturbanceName,
  faultName,
  keptConnectionLine,
  measured,
  plural,
  policyLabel,
  setting,
} from './figures.ts';
import { latenessRows, latenessTitle, latenessTitles } from './lateness.ts';
import { tablesOf } from './tables.ts';

/**
 * A comment on GitHub may have 65,536 characters (a step summary 1 MiB); some room is left for what is written around it.
 * Source: GitHub's docs, "Workflow commands", "Adding a job summary", and the API's answer to a longer comment.
 */
export const markdownLimit = 60_000;

/** A step summary's limit, from the same docs. */
export const stepSummaryLimit = 1024 * 1024;

/**
 * report.md: the comparison and each trial, for a pull request or a wiki. Trials that do not fit are named, not shown.
 * `limit`: bytes that it may have; `changes`: from an earlier report.
 */
export function markdownReport(report: Report, limit = markdownLimit, changes?: Changes): string {
  const head = [
    `# ${text(`${report.experiment}: ${report.verdict}`)}`,
    text(report.description),
    text(`${setting(report)} · ${report.startedAt} · ${report.wallSeconds.toFixed(0)} s`),
    outcomeLine(report),
    ...answer(report).map(text),
    comparison(report),
    ...(changes === undefined ? [] : changesParts(changes)),
    ...tablesOf(report).flatMap(({ title, titles, rows: cells }) => titled(title, titles, cells)),
    list(conclusion(report)),
    expectations(report),
    ...titled(latenessTitle, latenessTitles, latenessRows(report)),
    list([...new Set(report.notices)]),
  ].filter((part) => part !== '');
  return `${fitted(head, report.trials.map(trial), limit - 1).join('\n\n')}\n`;
}

/** Joins as many whole parts as fit. Cuts inside a part only if the head itself is too long. */
function fitted(head: readonly string[], trials: readonly string[], limit: number): string[] {
  const room = (parts: readonly string[]) => limit - Buffer.byteLength(parts.join('\n\n'));
  const parts = [...head];
  while (parts.length > 1 && room(parts) < 0) parts.splice(parts.indexOf(longest(parts)), 1, cutWords);
  for (const [index, one] of trials.entries()) {
    const left = trials.length - index;
    if (room([...parts, one]) < 100)
      return [...parts, `${left} more ${plural(left, 'trial')}: see report.html.`];
    parts.push(one);
  }
  return parts;
}

const cutWords = 'A table that is too long for Markdown: see report.html.';
const longest = (parts: readonly string[]) =>
  parts.reduce((most, one) => (one.length > most.length ? one : most), '');

/** Text that Markdown must not read as its own, on one line. */
const text = (raw: string) =>
  raw
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll(/[\\`*_{}[\]<|~]/g, '\\$&')
    .replace(/^([#>+=-]|\d+(?=[.)](?:\s|$)))/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`));

const list = (lines: readonly string[]) => lines.map((line) => `- ${text(line)}`).join('\n');

function rows(titles: readonly string[], cells: readonly (readonly string[])[]): string {
  const line = (parts: readonly string[]) => `| ${parts.map(text).join(' | ')} |`;
  return [line(titles), `|${titles.map(() => '---|').join('')}`, ...cells.map(line)].join('\n');
}

const titled = (title: string, titles: readonly string[], cells: readonly (readonly string[])[]) =>
  cells.length === 0 ? [] : [`**${text(title)}**`, rows(titles, cells)];

const changesParts = (changes: Changes) => [
  ...titled(changesHeading, changeTitles, changes.figures.map(changeCells)),
  list(changes.notes),
  text(changesLead(changes)),
];

const outcomeLine = ({ outcome, reason }: Report) =>
  outcome === 'completed' ? '' : text(`The run was ${outcome}: ${reason ?? ''}`);

function comparison({ comparison: found }: Report): string {
  if (found.length === 0) return '';
  const cells = found.map(comparisonCells).flatMap(cellLines);
  const used = columnsInUse(cells);
  const words = [...explainColumns(used(comparisonTitles)), ...explainCells(cells.flatMap(used))];
  return `${rows(used(comparisonTitles), cells.map(used))}\n\n${text(words.join('; '))}.`;
}

function expectations({ expectations: found }: Report): string {
  if (found.length === 0) return '';
  return rows(
    ['expectation', 'policy', 'measured', 'verdict', 'why'],
    found.map((row) => [
      row.text,
      policyLabel(row.policy),
      measured(row),
      row.verdict,
      row.verdict === 'unknown' ? (row.reason?.text ?? '') : '',
    ]),
  );
}

function trial(found: TrialReport): string {
  const { policy, repeat, verdict, reason, requests, probes, disturbances, fault } = found;
  const hit = fault === null ? '' : ` · ${faultName(fault)}`;
  const kept = keptConnectionLine(found);
  const lines = [
    `${requests.started} streams: ${requests.completed} completed, ${requests.lost} lost, ${requests.cancelled} cancelled`,
    ...(probes.new === null ? [] : [`new connections: ${probes.new.failed} of ${probes.new.sent} failed`]),
    ...(probes.reused === null
      ? []
      : [
          `kept connections: ${probes.reused.failed} of ${probes.reused.sent} failed${kept === null ? '' : `; ${kept}`}`,
        ]),
  ];
  return [
    `## ${text(`${policyLabel(policy)}, repeat ${repeat + 1}${hit}: ${verdict}`)}`,
    reason === null ? '' : text(reason),
    list(lines),
    ...disturbances.map(clocks),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function clocks(found: DisturbanceReport): string {
  const { kind, requestsLost } = found;
  const cells = clocksFor(kind).map((name) => [clockTraits[name].words, ...clockCells(name, found)]);
  return `${text(`${disturbanceName(found)}: ${requestsLost} ${plural(requestsLost, 'stream')} lost`)}\n\n${rows(['clock', 'value', 'resolution, or why there is no value'], cells)}`;
}
