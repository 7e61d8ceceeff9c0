import * as z from 'zod';
import { parseDuration } from '../../base/units.ts';

export const durationPattern = '^(\\d+(\\.\\d+)?(ms|s|m|h))+$';
export const aDuration = 'a duration such as 250ms, 10s or 1m30s';

/** A duration within bounds, both included. The bounds are in the JSON schema as x-minimum and x-maximum. */
export function duration(least: string, most: string) {
  const [from = 0, to = 0] = [parseDuration(least), parseDuration(most)];
  return z
    .string()
    .superRefine((text, context) => {
      const ms = parseDuration(text);
      if (ms !== undefined && ms >= from && ms <= to) return;
      context.addIssue({
        code: 'custom',
        message: ms === undefined ? aDuration : `a duration from ${least} to ${most}`,
      });
    })
    .meta({
      pattern: durationPattern,
      examples: ['250ms', '10s', '1m30s'],
      'x-minimum': least,
      'x-maximum': most,
    });
}

export const name = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, {
  error: 'lower-case letters, digits and dashes, at most 40, with a letter or digit at both ends',
});

/** An image's name as kind and Docker take it: a registry, a path, a tag or digest. */
export const image = z.string().regex(/^[a-zA-Z0-9][\w.:/@-]{0,254}$/, {
  error: 'the name of an image, such as kindest/node:v1.34.0',
});
