import * as z from 'zod';
import { noteCodes } from '../codes.ts';
import { ns } from './common.ts';

/** Something that a person should know, which no figure shows. */
export const note = z.object({
  type: z.literal('note'),
  t: ns,
  level: z.enum(['info', 'warning', 'error']),
  code: z.enum(noteCodes),
  text: z.string(),
});
