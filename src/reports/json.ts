import type { Report } from '../analysis/schema.ts';
import { visibleJson } from '../base/visible.ts';

/** report.json: the whole report, for programs. Whatever a terminal would obey is escaped in it, should one show it. */
export function jsonReport(report: Report): string {
  return `${visibleJson(JSON.stringify(report, null, 2))}\n`;
}
