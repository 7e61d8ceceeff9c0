import type { ClockName, DisturbanceReport, Report, TrialReport } from '../analysis/schema.ts';
import { conclusion } from './conclusion.ts';
import { latenessLines } from './lateness.ts';
import {
  address,
  causeList,
  cdnLine,
  clock,
  clocksFor,
  clockWords,
  comparisonTitles,
  failing,
  interval,
  keptConnectionLine,
  measured,
  policyName,
  setting,
} from './words.ts';

/** report.md: the comparison and each trial, for a pull request or a wiki. */
export function markdownReport(report: Report): string {
  const codes = cdnLine(report);
  return `${[
    `# ${text(`${report.experiment}: ${report.verdict}`)}`,
    text(report.description),
    text(`${setting(report)} · ${report.startedAt} · ${report.wallSeconds.toFixed(0)} s`),
    outcomeLine(report),
    comparison(report),
    list([...conclusion(report), ...(codes === null ? [] : [codes])]),
    expectations(report),
    list([...latenessLines(report), ...new Set(report.notices)]),
    ...report.trials.map(trial),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

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

const outcomeLine = ({ outcome, reason }: Report) =>
  outcome === 'completed' ? '' : text(`The run was ${outcome}: ${reason ?? ''}`);

function comparison({ comparison: found }: Report): string {
  return rows(
    comparisonTitles,
    found.map((row) => {
      const both = row.flipFailover !== null;
      const failover = both
        ? `flip: ${clock(row.flipFailover)}, fault: ${clock(row.failover)}`
        : clock(row.failover);
      const shares = both
        ? `${failing(row.flipFailingShare, row.flipFailover)}, ${failing(row.failingShare, row.failover)}`
        : failing(row.failingShare, row.failover);
      return [
        policyName(row.policy),
        String(row.started),
        `${row.lost} (${interval(row)})`,
        causeList(row.byCause),
        failover,
        shares,
        address(row.sourceAddress),
      ];
    }),
  );
}

function expectations({ expectations: found }: Report): string {
  if (found.length === 0) return '';
  return rows(
    ['expectation', 'policy', 'measured', 'verdict'],
    found.map((row) => [row.text, policyName(row.policy), measured(row), row.verdict]),
  );
}

function trial(found: TrialReport): string {
  const { policy, repeat, verdict, reason, requests, probes, disturbances, fault } = found;
  const hit = fault === null ? '' : ` · ${fault.kind} of ${fault.node}`;
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
    `## ${text(`${policyName(policy)}, repeat ${repeat + 1}${hit}: ${verdict}`)}`,
    reason === null ? '' : text(reason),
    list(lines),
    ...disturbances.map(clocks),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function clocks({ kind, name, requestsLost, clocksSeconds, clockNotes }: DisturbanceReport): string {
  const cell = (clockName: ClockName) => {
    const value = clocksSeconds[clockName];
    const note = clockNotes[clockName];
    const name = clockWords[clockName];
    if (value === null) return [name, '-', note?.reason ?? ''];
    const resolution = note?.resolutionSeconds;
    return [name, `${value.toFixed(2)} s`, resolution == null ? '' : `resolution ${resolution} s`];
  };
  return `${text(`${kind} ${name}: ${requestsLost} streams lost`)}\n\n${rows(['clock', 'value', ''], clocksFor(kind).map(cell))}`;
}
