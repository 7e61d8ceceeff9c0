/*
 * The forms of a report by name. Light: the command line reads it to check --reporter and to draw up --help.
 */

/** Every reporter, in the order in which they are written. `file`: what it writes in the report folder; null: standard output. */
export const reporters = [
  { name: 'terminal', file: null, standard: true },
  { name: 'json', file: 'report.json', standard: true },
  { name: 'markdown', file: 'report.md', standard: true },
  { name: 'junit', file: 'junit.xml', standard: true },
  { name: 'html', file: 'report.html', standard: true },
  { name: 'openmetrics', file: 'midflight.prom', standard: false },
  { name: 'ctrf', file: 'ctrf-report.json', standard: false },
  { name: 'github', file: null, standard: false },
] as const;

export type ReporterName = (typeof reporters)[number]['name'];

export const reporterNames: readonly ReporterName[] = reporters.map(({ name }) => name);

/** Written if --reporter is not given. */
export const standardReporters: readonly ReporterName[] = reporters
  .filter(({ standard }) => standard)
  .map(({ name }) => name);

/** Every file that a reporter may write. */
export const reportFiles: readonly string[] = reporters.flatMap(({ file }) => (file === null ? [] : [file]));
