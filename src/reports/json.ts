import type { Report } from '../analysis/schema.ts';

/** report.json: the whole report, for programs. */
export function jsonReport(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
