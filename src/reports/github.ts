import type { Report } from '../analysis/schema.ts';
import { type Case, casesOf } from './cases.ts';

/** GitHub shows ten errors and ten warnings of a step, and does not mention the others. */
const most = 10;

interface Annotated {
  readonly report: Report;
  /** The scenario's path as GitHub knows it; null: not known. */
  readonly file: string | null;
}

/**
 * What did not pass in one step's reports, as workflow commands for GitHub Actions: failures first, then what is unknown. At
 * most ten lines: the nine worst, and how many more there are. Empty: all passed. Source: GitHub's docs, "Workflow commands
 * for GitHub Actions"; actions/toolkit, packages/core/src/command.ts (escapes).
 */
export function githubReport(reports: readonly Annotated[]): string {
  const bad = reports
    .flatMap(({ report, file }) =>
      casesOf(report, new Map()).map((one) => ({ ...one, file, experiment: report.experiment })),
    )
    .filter(({ message }) => message !== null)
    .sort((a, b) => rank(a) - rank(b));
  const lines = bad.map((one) =>
    command(rank(one) < 2 ? 'error' : 'warning', one.message ?? '', {
      ...(one.file === null ? {} : { file: one.file, ...(one.line === null ? {} : { line: `${one.line}` }) }),
      title: `midflight ${one.experiment}: ${one.name}`,
    }),
  );
  if (lines.length <= most) return lines.join('');
  const left = lines.length - most + 1;
  const rest = command('warning', `${left} more did not pass: see the report`, { title: 'midflight' });
  return [...lines.slice(0, most - 1), rest].join('');
}

/** 0 is the worst: the run did not come to its end; then failures, then what is unknown. */
const rank = ({ suite, verdict }: Case) =>
  suite === 'run' ? 0 : verdict === 'fail' ? 1 : suite === 'expectations' ? 2 : 3;

function command(name: string, message: string, properties: Readonly<Record<string, string>>): string {
  const text = Object.entries(properties)
    .map(([key, value]) => `${key}=${property(value)}`)
    .join(',');
  return `::${name} ${text}::${data(message)}\n`;
}

const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
