import * as z from 'zod';
import { report } from '../src/analysis/schema.ts';
import { auditReport } from '../src/audit/schema.ts';
import { historyEvent } from '../src/history/schema.ts';
import { scenario } from '../src/scenario/schema.ts';

/** File name -> JSON Schema (draft 2020-12) of each file format: what one writes, and what midflight writes. */
export function jsonSchemas(): Map<string, string> {
  return new Map([
    // As a person writes it: what has a default may be left out.
    ['scenario.schema.json', text(z.toJSONSchema(scenario, { io: 'input' }))],
    [
      'history.schema.json',
      text(z.toJSONSchema(historyEvent.meta({ title: 'midflight history: one line' }))),
    ],
    ['audit.schema.json', text(z.toJSONSchema(auditReport.meta({ title: 'midflight audit' })))],
    ['report.schema.json', text(z.toJSONSchema(report.meta({ title: 'midflight report' })))],
  ]);
}

const text = (schema: unknown) => `${JSON.stringify(schema, null, 2)}\n`;
