import * as z from 'zod/mini';
import { lanes } from '../base/connections.ts';

/*
 * Configuration of the load processes. All durations are REAL milliseconds (the run divides by timeScale before).
 * The commands that they take and what they report are in protocol.ts and reports.ts.
 */

const target = z.object({
  /** Where to connect: the edge's address. */
  host: z.string(),
  port: z.int(),
  tls: z.boolean(),
  /** Host header, and SNI when tls. */
  hostname: z.string(),
  path: z.string(),
  headers: z.record(z.string(), z.string()),
  insecure: z.boolean(),
  /** Absent: GET, or POST if there is a body. HEAD has answers without a body. */
  method: z.optional(z.enum(['GET', 'HEAD', 'POST'])),
});
export type LoadTarget = z.infer<typeof target>;

/** What is known of a whole answer beside HTTP's framing, which an orderly cut satisfies as well. Null: nothing. */
const wantedAnswer = z.object({
  bytes: z.nullable(z.int()),
  /** The body's last characters, white space at its end apart. */
  end: z.nullable(z.string()),
  /** Least time from the request's start to its end. */
  minMs: z.nullable(z.number()),
});
export type WantedAnswer = z.infer<typeof wantedAnswer>;
/** Local ports that the connections of a lane are bound to in turn (plan/ports.ts); none: the system's choice. */
const portBlock = z.object({ first: z.int(), count: z.int() });

export const streamsConfig = z.object({
  role: z.literal('recorder'),
  load: z.string(),
  trial: z.int(),
  target,
  /** Local addresses to bind in turn; empty: the system's choice. */
  localAddresses: z.array(z.string()),
  ports: z.optional(portBlock),
  concurrency: z.int(),
  /** The app's path and query are made of these: /stream?duration=…&interval=…&chunk=…&id=… ; null: any URL (watch). */
  app: z.nullable(
    z.object({ durationMs: z.number(), intervalMs: z.number(), chunkSize: z.int(), bodySize: z.int() }),
  ),
  rampMs: z.number(),
  stallMs: z.number(),
  connectTimeoutMs: z.number(),
  renew: z.boolean(),
  expectStatus: z.int(),
  wanted: z.optional(wantedAnswer),
  /** Prefix of request ids: unique in the history. */
  idPrefix: z.string(),
});
export type StreamsConfig = z.infer<typeof streamsConfig>;

export const probeConfig = z.object({
  role: z.literal('probe'),
  load: z.string(),
  trial: z.int(),
  target,
  localAddresses: z.array(z.string()),
  ports: z.optional(z.partialRecord(z.enum(lanes), portBlock)),
  rate: z.number(),
  lanes: z.array(z.enum(lanes)),
  http: z.enum(['1.1', '2']),
  family: z.union([z.literal(0), z.literal(4), z.literal(6)]),
  timeoutMs: z.number(),
  /** An unanswered probe is held open to this age before it is given up, to distinguish slow-connect from connect-timeout (19 s of cluster time). */
  holdMs: z.number(),
  expectStatus: z.int(),
  idPrefix: z.string(),
  /** Lateness above which a window is not to be trusted. */
  untrustedLatenessMs: z.number(),
  /** false: any URL (watch): target.path as it is, and any body. None: the app's short answer. */
  app: z.optional(z.boolean()),
});
export type ProbeConfig = z.infer<typeof probeConfig>;

/** Background of short requests by autocannon. Requests go to shortPath(id) if `app`. */
export const autocannonConfig = z.object({
  role: z.literal('autocannon'),
  /** autocannon's own version. */
  version: z.string(),
  load: z.string(),
  trial: z.int(),
  target,
  localAddresses: z.array(z.string()),
  connections: z.int(),
  rate: z.number(),
  timeoutMs: z.number(),
  expectStatus: z.int(),
  idPrefix: z.string(),
});
export type AutocannonConfig = z.infer<typeof autocannonConfig>;

/** The user's k6: its binary, our script or theirs. */
export const k6Config = z.object({
  role: z.literal('k6'),
  load: z.string(),
  trial: z.int(),
  target,
  localAddresses: z.array(z.string()),
  /** Path of the k6 binary on the machine that the role runs on. */
  binary: z.string(),
  /** k6's own version, as `k6 version` prints it. */
  version: z.string(),
  /** Text of the script, and its place, which a role in a container does not have; null: ours. */
  script: z.string(),
  file: z.nullable(z.string()),
  /** It is ours, and reports for each request what k6's own metrics do not. */
  own: z.boolean(),
  vus: z.int(),
  durationMs: z.number(),
  intervalMs: z.number(),
  /** Arrivals per second; null: each VU runs one stream. */
  rate: z.nullable(z.number()),
  keepAlive: z.boolean(),
  expectStatus: z.int(),
  idPrefix: z.string(),
  /** k6 runs in this many pods, which ask at this port of this process before each request. Absent: this process starts it. */
  runners: z.optional(z.object({ count: z.int(), port: z.int() })),
  /** The image of those pods; absent: the k6 operator's choice. */
  runnerImage: z.optional(z.string()),
});
export type K6Config = z.infer<typeof k6Config>;
