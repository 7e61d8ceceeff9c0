import { appendFileSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../analysis/schema.ts';
import { MidflightError } from '../base/errors.ts';
import { writeFailure } from '../base/machine-error.ts';
import { visibleDeep, visibleLine } from '../base/visible.ts';
import { type ReporterName, reporterNames, standardReporters } from '../reports/names.ts';
import { nearest } from '../scenario/nearest.ts';
import { colourOf, columnsOf, type Io } from './io.ts';

/** The reporters of `--reporter a,b`; undefined: the standard ones. Throws `bad-usage` for one that does not exist. */
export function reportersFor(text: string | undefined): readonly ReporterName[] {
  if (text === undefined) return standardReporters;
  const names = text.split(',').map((name) => name.trim());
  return [...new Set(names.map(reporterFor))];
}

function reporterFor(name: string): ReporterName {
  const known = reporterNames.find((one) => one === name);
  if (known !== undefined) return known;
  const near = nearest(name, [...reporterNames]);
  throw new MidflightError('bad-usage', `--reporter ${name}: there is no such reporter`, {
    hint: `${near === undefined ? '' : `did you mean ${near}? `}allowed: ${reporterNames.join(', ')}`,
  });
}

export interface Printed {
  readonly report: Report;
  readonly folder: string;
  /** The scenario's file; null: it has none. */
  readonly file: string | null;
}

/** What a person sees at the end, if the terminal is among the reporters. */
export async function printTerminal({ report, folder }: Printed, reporters: readonly ReporterName[], io: Io) {
  if (!reporters.includes('terminal')) return;
  const { terminalReport } = await import('../reports/terminal.ts');
  const { stdout } = io;
  const page = reporters.includes('html');
  const text = terminalReport(report, {
    columns: columnsOf(stdout),
    colour: colourOf(stdout, io.env),
    folder: page && !existsSync(join(folder, 'report.html')) ? null : folder,
    page,
  });
  stdout.write(`${text.trimEnd()}\n`);
}

/**
 * GitHub's annotations of all reports of one command, and their Markdown in the step's summary if GitHub names its file.
 * `json`: standard output belongs to the report as JSON; GitHub reads commands from standard error as well.
 */
export async function printGithub(
  printed: readonly Printed[],
  reporters: readonly ReporterName[],
  { json }: { readonly json: boolean },
  io: Io,
) {
  if (!reporters.includes('github')) return;
  const [{ githubReport }, { markdownReport, stepSummaryLimit }] = await Promise.all([
    import('../reports/github.ts'),
    import('../reports/markdown.ts'),
  ]);
  const shown = visibleDeep(printed.map(({ report, file }) => ({ report, file })));
  (json ? io.stderr : io.stdout).write(githubReport(shown));
  const summary = io.env.GITHUB_STEP_SUMMARY;
  if (summary === undefined || summary === '') return;
  for (const { report } of shown) {
    try {
      const used = statSync(summary, { throwIfNoEntry: false })?.size ?? 0;
      const room = stepSummaryLimit - used;
      if (room > leastSummary) appendFileSync(summary, markdownReport(report, room));
    } catch (error) {
      io.stderr.write(
        `midflight: the step summary could not be written: ${visibleLine(writeFailure(error))}\n`,
      );
    }
  }
}

/** Bytes below which a report is no use. GitHub shows nothing at all of a summary that is too long. */
const leastSummary = 2000;
