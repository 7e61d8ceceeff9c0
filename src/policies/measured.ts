import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { packageRoot } from '../base/package.ts';

const cell = z.object({
  policy: z.string(),
  /** Why it was refused or could not be measured; null: it was. */
  reason: z.string().nullable(),
  failed: z.number(),
  sent: z.number(),
  failedSeconds: z.number(),
  streamsLost: z.number(),
  streams: z.number(),
  /** The time from the first step to the last evidence; null: one patch. */
  totalSeconds: z.number().nullable(),
});
const matrix = z.array(z.object({ preset: z.string(), cells: z.array(cell) }));

/** What one way to change the policy cost in front of one balancer, on the embedded cluster. */
export type FlipCost = z.infer<typeof cell>;

/** The matrix as scripts/flip-matrix.ts measured it; `npm run build` puts it beside the bundles. */
export function measuredFlips(): z.infer<typeof matrix> {
  const file = join(packageRoot(), 'dist', 'flip-matrix.json');
  return existsSync(file) ? matrix.parse(JSON.parse(readFileSync(file, 'utf8'))) : [];
}

/** Undefined: it has not been measured. */
export function measuredFlip(preset: string, policy: string, all = measuredFlips()): FlipCost | undefined {
  return all
    .find((row) => row.preset === preset)
    ?.cells.find((one) => one.policy === policy && one.reason === null);
}
