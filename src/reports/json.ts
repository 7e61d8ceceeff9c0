import type { Report } from '../analysis/schema.ts';
import { visibleJson } from '../base/visible.ts';

/** report.json: the whole report, for programs. What a terminal would obey stands in it as escapes, should one show it. */
export function jsonReport(report: Report): string {
  return `${visibleJson(JSON.stringify(report, null, 2))}\n`;
}
