import { visibleJson } from '../../base/visible.ts';
import type { AuditReport } from '../schema.ts';

export const json = (report: AuditReport): string => `${visibleJson(JSON.stringify(report, null, 2))}\n`;
