import * as z from 'zod';
import { parseDuration } from '../../base/units.ts';

export const durationPattern = '^(\\d+(\\.\\d+)?(ms|s|m|h))+$';
export const aDuration = 'a duration such as 250ms, 10s or 1m30s';

export const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, { error: aDuration })
  .meta({ pattern: durationPattern, examples: ['250ms', '10s', '1m30s'] });

export const labels = z.record(z.string(), z.string());

export const name = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, {
  error: 'lower-case letters, digits and dashes, at most 40',
});
