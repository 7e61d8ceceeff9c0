import * as z from 'zod';
import { instrumentFailureCodes } from '../codes.ts';
import { ns } from './common.ts';

/* How far what was measured can be trusted. */

/** How late an instrument was, over the window that ends at t. real milliseconds. */
export const lateness = z.object({
  type: z.literal('lateness'),
  t: ns,
  instrument: z.string(),
  /** Which of several processes of the instrument; absent: there is one. */
  agent: z.string().optional(),
  windowMs: z.number(),
  count: z.int(),
  p99Ms: z.number(),
  maxMs: z.number(),
});

/** A process of ours ended without being asked to, or could not do its work. */
export const instrumentFailed = z.object({
  type: z.literal('instrument-failed'),
  t: ns,
  instrument: z.string(),
  code: z.enum(instrumentFailureCodes),
  reason: z.string(),
});

/** Offset of a container's clock: add it to that process's times to get the run's. Measured, with its error. */
export const clockOffset = z.object({
  type: z.literal('clock-offset'),
  t: ns,
  process: z.string(),
  offsetNs: ns,
  errorNs: ns,
});

/**
 * The lines before this one are as they were written. The last line of a whole history is one of these; lines behind the
 * last of them are not believed. Its fields come in this order, without spaces.
 */
export const checksum = z.object({
  type: z.literal('checksum'),
  /** That of the line before. */
  t: ns,
  /** How many lines there are before this one. */
  lines: z.int().min(0),
  /** Four hex digits for each line since the last checksum: the lower half of its CRC-32. Only to find a damaged line. */
  marks: z.string(),
  /** SHA-256 in hex of every byte of the file before it: the header with its runId, and earlier checksums, among them. */
  sha: z.string().length(64),
});
