import * as z from 'zod';
import type { Message, Protocol } from '../base/protocol.ts';
import { lateness } from '../history/events/instruments.ts';
import { end, engineSummary, start } from '../history/events/requests.ts';
import { autocannonConfig, k6Config, probeConfig, streamsConfig } from './config.ts';
import { loadCommand } from './protocol.ts';

const t = z.number();
const load = z.string();
const count = z.int();

/** What a load has done so far in this trial; at most every 50 ms. */
const progress = z.object({
  type: z.literal('progress'),
  t,
  load,
  started: count,
  inFlight: count,
  pastFirstChunk: count,
  /** Of the wanted streams, how many have had a first byte, themselves or one before them in their place. */
  placesBegun: count,
  completed: count,
  lost: count,
  cancelled: count,
});
export type LoadProgress = z.infer<typeof progress>;

/** What load processes report: requests and their own lateness as events of the history, and what only this run needs. */
const loadReport = z.discriminatedUnion('type', [
  start,
  end,
  lateness,
  engineSummary,
  progress,
  /** How probes fared between `fromT` and `t`, for the live view; at most every 100 ms. */
  z.object({ type: z.literal('probe-window'), t, load, fromT: t, sent: count, ok: count, failed: count }),
  /** Nothing is in flight, and nothing will be. */
  z.object({ type: z.literal('idle'), t, load }),
  /** An address of the target that a connection was made to, each once. */
  z.object({ type: z.literal('address'), t, load, address: z.string() }),
]);
export type LoadReport = z.infer<typeof loadReport>;

/** They have nothing to say but that they are ready. */
const ready = z.object({});
const common = { command: loadCommand, report: loadReport, ready };

type Load<Role extends string> = Protocol<Role, unknown, Message, Message, unknown>;
export const recorderProtocol = {
  role: 'recorder',
  config: streamsConfig,
  ...common,
} satisfies Load<'recorder'>;
export const probeProtocol = { role: 'probe', config: probeConfig, ...common } satisfies Load<'probe'>;
export const autocannonProtocol = {
  role: 'autocannon',
  config: autocannonConfig,
  ...common,
} satisfies Load<'autocannon'>;
export const k6Protocol = { role: 'k6', config: k6Config, ...common } satisfies Load<'k6'>;
