import * as z from 'zod/mini';
import type { RoleContext } from '../base/role.ts';
import type { LoadReport } from './reports.ts';

/*
 * How the load processes (recorder, probe, autocannon, k6) take commands. Their configurations are in config.ts;
 * what they report is in reports.ts, which only their parent loads: they have to start fast.
 */

/** Commands to a load process once it is ready. */
export const loadCommand = z.discriminatedUnion('type', [
  /** Starts the ramp or the arrivals. */
  z.object({ type: z.literal('begin') }),
  /** No new request; those in flight are followed to their end. */
  z.object({ type: z.literal('quiesce') }),
  /** What is in flight ends now, as cancelled. */
  z.object({ type: z.literal('cancel') }),
  /** New connections go there from now on; only a load that can. */
  z.object({ type: z.literal('move'), host: z.string(), port: z.int() }),
  /** Lines of the log of one of k6's runners; only for k6 in pods, as the next. */
  z.object({ type: z.literal('samples'), runner: z.int(), lines: z.array(z.string()) }),
  /** A runner has ended; null: its exit code is not known. `error`: the last that it logged. */
  z.object({
    type: z.literal('runner-ended'),
    runner: z.int(),
    code: z.nullable(z.int()),
    error: z.string(),
  }),
]);
export type LoadCommand = z.infer<typeof loadCommand>;

/** A load process' side. */
export type LoadContext = RoleContext<LoadCommand, LoadReport>;
