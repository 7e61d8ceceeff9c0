import * as z from 'zod';
import type { Message, Protocol } from '../base/protocol.ts';
import { clockOffset, lateness } from '../history/events/instruments.ts';
import { end, engineSummary, start } from '../history/events/requests.ts';
import {
  type AutocannonConfig,
  autocannonConfig,
  type K6Config,
  k6Config,
  type ProbeConfig,
  probeConfig,
  type StreamsConfig,
  streamsConfig,
} from './config.ts';
import { type LoadCommand, loadCommand } from './protocol.ts';
import { type InAgents, shareProbes, shareStreams } from './share.ts';

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
  /** How many of the wanted streams have had a first byte, themselves or one before them in their place. */
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
  /** So many of k6's runners wait for the beginning. */
  z.object({ type: z.literal('runners-waiting'), t, load, waiting: count }),
  /** k6's runners have nothing left to do, or are to be cut off: their TestRun is to be deleted. */
  z.object({ type: z.literal('end-runners'), t, load }),
  clockOffset,
]);
export type LoadReport = z.infer<typeof loadReport>;

/** Their only message is that they are ready. */
const ready = z.object({});
const common = { command: loadCommand, report: loadReport, ready };

/** A protocol whose process may be one of several, or have its work done by runners, in agents' pods. */
export interface LaunchProtocol<
  Role extends string,
  Config,
  Command extends Message,
  Report extends Message,
  Ready,
> extends Protocol<Role, Config, Command, Report, Ready> {
  /** Absent: it does not run in agents. */
  readonly inAgents?: InAgents<Config, Command>;
}

type Load<Role extends string, Config> = LaunchProtocol<Role, Config, LoadCommand, Message, unknown>;
export const recorderProtocol = {
  role: 'recorder',
  config: streamsConfig,
  ...common,
  inAgents: { way: 'shares', shares: shareStreams },
} satisfies Load<'recorder', StreamsConfig>;
export const probeProtocol = {
  role: 'probe',
  config: probeConfig,
  ...common,
  inAgents: { way: 'shares', shares: shareProbes },
} satisfies Load<'probe', ProbeConfig>;
export const autocannonProtocol = {
  role: 'autocannon',
  config: autocannonConfig,
  ...common,
} satisfies Load<'autocannon', AutocannonConfig>;
export const k6Protocol = {
  role: 'k6',
  config: k6Config,
  ...common,
  inAgents: {
    way: 'runners',
    k6: (config) => config,
    beside: (config, runners) => ({ ...config, runners }),
    heard: (news) => news,
  },
} satisfies Load<'k6', K6Config>;
