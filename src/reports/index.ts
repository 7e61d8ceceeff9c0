import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../analysis/schema.ts';
import { writeFailure } from '../base/machine-error.ts';
import { visibleDeep } from '../base/visible.ts';
import { htmlReport } from './html/index.ts';
import type { TrialSeries } from './html/series.ts';
import { jsonReport } from './json.ts';
import { junitReport } from './junit.ts';
import { markdownReport } from './markdown.ts';

export interface ReportSources {
  readonly report: Report;
  /** What the report itself does not hold: the timelines. */
  readonly series: readonly TrialSeries[];
  readonly folder: string;
}

/** Real seconds of each trial, from the last that its history knows of it. */
const trialSeconds = ({ timeScale }: Report, series: readonly TrialSeries[]) =>
  new Map(series.map(({ index, end }) => [index, Math.round((end / timeScale) * 1000) / 1000]));

/** Every form of the report, in the order in which they are written. Those for people get its text made visible. */
const forms: readonly [string, (sources: ReportSources) => string][] = [
  ['report.json', ({ report }) => jsonReport(report)],
  ['report.md', ({ report }) => markdownReport(report)],
  [
    'junit.xml',
    ({ report, series, folder }) =>
      junitReport(report, { folder, trialSeconds: trialSeconds(report, series) }),
  ],
  ['report.html', ({ report, series }) => htmlReport(report, series)],
];

/** Writes all forms; one that fails keeps no other from being written. A file is whole or not there. */
export function writeReports(sources: ReportSources): { files: string[]; warnings: string[] } {
  const files: string[] = [];
  const warnings: string[] = [];
  const shown = { ...sources, report: visibleDeep(sources.report) };
  for (const [name, make] of forms) {
    const file = join(sources.folder, name);
    try {
      const text = make(name.endsWith('.json') ? sources : shown);
      writeFileSync(`${file}.part`, text);
      renameSync(`${file}.part`, file);
      files.push(file);
    } catch (error) {
      rmSync(`${file}.part`, { force: true });
      warnings.push(`${file} could not be written: ${writeFailure(error)}`);
    }
  }
  return { files, warnings };
}
