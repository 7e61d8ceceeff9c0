import type { AuditReport } from '../schema.ts';
import { json } from './json.ts';
import { markdown } from './markdown.ts';
import { sarif } from './sarif.ts';
import { terminal } from './terminal.ts';

interface Surface {
  /** Columns of the terminal. */
  readonly columns: number;
  /** The folder from which SARIF's uris are relative. */
  readonly root: string;
}

/** Every form of an audit's report. */
export const auditFormats = {
  table: (report: AuditReport, { columns }: Surface) => terminal(report, columns),
  json: (report: AuditReport, _surface: Surface) => json(report),
  markdown: (report: AuditReport, _surface: Surface) => markdown(report),
  sarif: (report: AuditReport, { root }: Surface) => sarif(report, root),
} as const;

export type AuditFormat = keyof typeof auditFormats;
