import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrialDetail } from '../analysis/detail.ts';
import type { Report } from '../analysis/schema.ts';
import { writeFailure } from '../base/machine-error.ts';
import { visibleDeep } from '../base/visible.ts';
import { type Changes, changesOf } from './changes.ts';
import { ctrfReport } from './ctrf.ts';
import { htmlReport } from './html/index.ts';
import type { TrialSeries } from './html/series.ts';
import { jsonReport } from './json.ts';
import { junitReport } from './junit.ts';
import { markdownLimit, markdownReport } from './markdown.ts';
import { type ReporterName, reporters, standardReporters } from './names.ts';
import { openMetricsReport } from './openmetrics.ts';

interface ReportSources {
  readonly report: Report;
  /** What the report itself does not hold: the timelines. */
  readonly series: readonly TrialSeries[];
  /** Each lost request, and which way the others went. */
  readonly details?: readonly TrialDetail[];
  /** The scenario's text. */
  readonly scenario?: string | undefined;
  /** An earlier report that this one is compared with. */
  readonly baseline?: Report | undefined;
  readonly folder: string;
}

/** Real seconds of each trial, from the last that its history knows of it. */
const trialSeconds = ({ timeScale }: Report, series: readonly TrialSeries[]) =>
  new Map(series.map(({ index, end }) => [index, Math.round((end / timeScale) * 1000) / 1000]));

/** How each reporter's file is made. Those for people get its text made visible. */
const makers: Partial<Record<ReporterName, (sources: ReportSources) => string>> = {
  json: ({ report }) => jsonReport(report),
  markdown: ({ report, baseline }) => markdownReport(report, markdownLimit, changesBetween(baseline, report)),
  junit: (sources) => junitReport(sources.report, placeOf(sources)),
  html: ({ report, series, details = [], scenario, baseline }) =>
    htmlReport(report, series, {
      details: visibleDeep(details),
      scenario,
      changes: changesBetween(baseline, report),
    }),
  openmetrics: ({ report }) => openMetricsReport(report),
  ctrf: (sources) => ctrfReport(sources.report, placeOf(sources)),
};

const changesBetween = (baseline: Report | undefined, report: Report): Changes | undefined =>
  baseline === undefined ? undefined : visibleDeep(changesOf(baseline, report));

const placeOf = ({ report, series, folder }: ReportSources) => ({
  folder,
  trialSeconds: trialSeconds(report, series),
});

/**
 * Writes the files of these reporters; one that fails keeps no other from being written. A file is whole or not there.
 */
export function writeReports(
  sources: ReportSources,
  wanted: readonly ReporterName[] = standardReporters,
): { files: string[]; warnings: string[] } {
  const files: string[] = [];
  const warnings: string[] = [];
  const shown = { ...sources, report: visibleDeep(sources.report) };
  for (const { name, file: path } of reporters) {
    const make = makers[name];
    if (make === undefined || path === null || !wanted.includes(name)) continue;
    const file = join(sources.folder, path);
    try {
      const text = make(name === 'json' ? sources : shown);
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
