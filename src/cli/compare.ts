import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compareReports } from '../analysis/regression.ts';
import { type Report, report as reportSchema } from '../analysis/schema.ts';
import { type ExitCode, exitCodes, MidflightError } from '../base/errors.ts';
import { visibleDeep, visibleJson } from '../base/visible.ts';
import { changesMarkdown, changesText, differences } from '../reports/changes.ts';
import { jsonReport } from '../reports/json.ts';
import { columnsOf, type Io } from './io.ts';
import { writeOutput } from './output-file.ts';

export interface CompareOptions {
  readonly format: 'text' | 'markdown' | 'json';
  /** A regression ends with exit code 1, what could not be compared with 2. */
  readonly failOnRegression: boolean;
}

/** Two stored reports: folders, or files of report.json's form. Throws `missing-file` or `bad-usage`. */
export function compareFiles(before: string, after: string, options: CompareOptions, io: Io): ExitCode {
  return printChanges(storedReport(before), storedReport(after), options, io.stdout, columnsOf(io.stdout));
}

/** Prints what changed, and returns the exit code that follows from it. */
export function printChanges(
  before: Report,
  after: Report,
  { format, failOnRegression }: CompareOptions,
  output: { write(text: string): unknown },
  columns: number,
): ExitCode {
  const figures = compareReports(before, after);
  const notes = differences(before, after);
  const shown = visibleDeep({ figures, notes });
  if (format === 'json')
    output.write(`${visibleJson(JSON.stringify({ schemaVersion: 1, figures, notes }, null, 2))}\n`);
  else if (format === 'markdown') output.write(changesMarkdown(shown.figures, shown.notes));
  else output.write(changesText(shown.figures, shown.notes, Math.max(40, columns)));
  if (!failOnRegression) return exitCodes.pass;
  if (figures.some(({ change }) => change === 'regression')) return exitCodes.fail;
  const doubtful = figures.length === 0 || figures.some(({ change }) => change === 'unknown');
  return doubtful ? exitCodes.unknown : exitCodes.pass;
}

/** The report of a folder, or of a file of report.json's form. */
export function storedReport(path: string): Report {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const file = isFolder ? join(path, 'report.json') : path;
  if (!existsSync(file)) {
    throw new MidflightError('missing-file', 'there is no report', {
      where: file,
      hint: 'name a report folder, or a file that --save-baseline has written',
    });
  }
  const bad = (what: string) =>
    new MidflightError('bad-usage', what, { where: file, hint: 'midflight report DIR writes it again' });
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw bad('the file is not JSON');
  }
  const read = reportSchema.safeParse(value);
  if (!read.success) throw bad('this version of midflight cannot read it as a report');
  return read.data;
}

/** Writes a report as a baseline. Throws `missing-requirement` if that cannot be done. */
export function saveBaseline(file: string, report: Report): void {
  writeOutput(file, jsonReport(report), 'baseline', 'choose another file with --save-baseline FILE');
}
