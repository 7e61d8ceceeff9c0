import * as z from 'zod';
import { connectResults, lanes, type Outcome, outcomes, sideEnds } from '../base/words.ts';
import { faultKinds, plan, policyName, providerName } from '../plan/schema.ts';
import { instrumentFailureCodes, limit, noteCodes, reason } from './codes.ts';

/*
 * history.ndjson: one JSON object a line, append-only, written by one process. The first line is the header.
 * `t` and every field ending in `At` is the monotonic clock in nanoseconds (one scale for all processes and
 * containers on one Linux kernel; the header ties it to wall time). Durations are real time, not cluster time:
 * analysis multiplies by the header's timeScale.
 */
export const historyVersion = 2;

const ns = z.number();
const trialIndex = z.int().min(0);
/** `127.31.7.200:41234` or `[::1]:41234`. */
const socketAddress = z.string();

export { type Outcome, outcomes };
export const outcome = z.enum(outcomes);

/** What the app's first body chunk told. `source` is the address from which the ingress saw the request. */
export const path = z.object({
  endpointNode: z.string(),
  endpointPod: z.string(),
  ingressNode: z.string().nullable(),
  ingressPod: z.string().nullable(),
  source: z.string().nullable(),
});
export type Path = z.infer<typeof path>;

export const topologyNode = z.object({
  name: z.string(),
  pool: z.string(),
  address: z.string(),
  preemptible: z.boolean(),
  labels: z.record(z.string(), z.string()),
  /** A control-plane or otherwise not counted node: never a target, though the edge may use it. */
  controlPlane: z.boolean(),
});
export type TopologyNode = z.infer<typeof topologyNode>;

export const header = z.object({
  type: z.literal('header'),
  version: z.literal(historyVersion),
  midflightVersion: z.string(),
  runId: z.string(),
  t: ns,
  /** Wall time at `t`, ISO 8601 UTC. */
  wallTime: z.string(),
  provider: providerName,
  plan,
  versions: z.record(z.string(), z.string()),
  machine: z.object({ platform: z.string(), cpus: z.int(), memoryBytes: z.number(), node: z.string() }),
});

const topology = z.object({
  type: z.literal('topology'),
  t: ns,
  nodes: z.array(topologyNode),
  /** What this run cannot see. */
  limits: z.array(limit),
  ingressKind: z.enum(['model', 'traefik', 'unknown']),
  /** The address(es) that the load comes from, and the edge's. */
  clientAddresses: z.array(z.string()),
  edgeAddress: z.string().nullable(),
  /** True where the nodes see the client's own address (the edge binds it); false: they see the edge's. */
  edgeKeepsClientAddress: z.boolean(),
  /** What only the running cluster could tell: Kubernetes' own version. */
  versions: z.record(z.string(), z.string()).optional(),
});

const trialStart = z.object({
  type: z.literal('trial-start'),
  t: ns,
  trial: trialIndex,
  policy: policyName.nullable(),
  repeat: z.int(),
  seed: z.int(),
  fault: z
    .object({ kind: z.enum(faultKinds), node: z.string(), pod: z.enum(['ingress', 'app']).nullable() })
    .nullable(),
});

/** valid: nothing hindered the measurement. Else why the trial's verdict can only be unknown. */
const trialEnd = z.object({
  type: z.literal('trial-end'),
  t: ns,
  trial: trialIndex,
  outcome: z.enum(['completed', 'aborted', 'interrupted', 'failed']),
  invalid: z.array(reason),
});

export const phases = [
  'prepare',
  'ramp',
  'steady',
  'flip',
  'settle',
  'fault',
  'observe',
  'finish',
  'recover',
  'cool-down',
] as const;
const phase = z.object({ type: z.literal('phase'), t: ns, trial: trialIndex, phase: z.enum(phases) });
export type Phase = (typeof phases)[number];

/** Written before the request connects, so that a request whose recorder dies is still known. */
const start = z.object({
  type: z.literal('start'),
  t: ns,
  trial: trialIndex,
  /** Unique within the history. */
  id: z.string(),
  /** The load item's name in the plan. */
  load: z.string(),
  kind: z.enum(['stream', 'probe', 'short']),
  lane: z.enum(lanes).nullable(),
  /** When it should have started; t - dueAt is the instrument's lateness. */
  dueAt: ns,
});

const end = z.object({
  type: z.literal('end'),
  /** When the outcome was certain (for hung: at the end of the stall limit). */
  t: ns,
  trial: trialIndex,
  id: z.string(),
  outcome,
  status: z.int().nullable(),
  errno: z.string().nullable(),
  connectedAt: ns.nullable(),
  /** First byte of the response. */
  firstByteAt: ns.nullable(),
  /** First whole body chunk: from here the stream is in flight. */
  firstChunkAt: ns.nullable(),
  lastByteAt: ns.nullable(),
  /** Longest time between two bytes after the first, real nanoseconds. */
  longestSilenceNs: ns,
  bodyBytes: z.number(),
  chunks: z.int(),
  /** The client's side of its connection. */
  local: socketAddress.nullable(),
  path: path.nullable(),
  /** reused lane: this request opened the connection (its first, or after the last one was lost). */
  freshConnection: z.boolean().nullable(),
});

/** The edge took a connection and chose a node for it. */
const edgeOpen = z.object({
  type: z.literal('edge-open'),
  t: ns,
  conn: z.int(),
  client: socketAddress,
  /** null: no node was green. */
  node: z.string().nullable(),
});

const edgeClose = z.object({
  type: z.literal('edge-close'),
  t: ns,
  conn: z.int(),
  client: socketAddress,
  node: z.string().nullable(),
  /** The edge's own side of the connection to the node. */
  upstreamLocal: socketAddress.nullable(),
  /** abandoned: the client went away first, `connectNs` after the edge's SYN. */
  connect: z.enum(connectResults),
  connectNs: ns,
  connectedAt: ns.nullable(),
  bytesUp: z.number(),
  bytesDown: z.number(),
  lastDownAt: ns.nullable(),
  clientEnd: z.enum(sideEnds),
  upstreamEnd: z.enum(sideEnds),
});

/** One health check. */
const check = z.object({
  type: z.literal('check'),
  t: ns,
  node: z.string(),
  dueAt: ns,
  ok: z.boolean(),
  /** '200', '503', 'timeout', 'refused', 'reset', 'unreachable', … */
  detail: z.string(),
});

/** The edge's verdict on a node changed. `eligible`: in the target set at all (policy, labels, Node exists). */
const health = z.object({
  type: z.literal('health'),
  t: ns,
  node: z.string(),
  eligible: z.boolean(),
  healthy: z.boolean(),
  reason: z.string(),
});

/** The edge began to follow a changed Service (after its reconcile delay). */
const reconcile = z.object({
  type: z.literal('reconcile'),
  t: ns,
  policy: z.enum(['Cluster', 'Local']),
  healthCheckNodePort: z.int().nullable(),
  nodes: z.array(z.string()),
});

/** What the API's watches said. */
const nodeCondition = z.object({
  type: z.literal('node'),
  t: ns,
  node: z.string(),
  change: z.enum(['added', 'modified', 'deleted']),
  ready: z.enum(['True', 'False', 'Unknown']),
  reason: z.string(),
  unschedulable: z.boolean(),
});

const endpoints = z.object({
  type: z.literal('endpoints'),
  t: ns,
  service: z.string(),
  endpoints: z.array(
    z.object({
      address: z.string(),
      node: z.string().nullable(),
      pod: z.string().nullable(),
      ready: z.boolean(),
      serving: z.boolean(),
      terminating: z.boolean(),
    }),
  ),
});

const service = z.object({
  type: z.literal('service'),
  t: ns,
  service: z.string(),
  policy: z.enum(['Cluster', 'Local']).nullable(),
  healthCheckNodePort: z.int().nullable(),
});

const pod = z.object({
  type: z.literal('pod'),
  t: ns,
  pod: z.string(),
  app: z.string(),
  node: z.string().nullable(),
  change: z.enum(['added', 'modified', 'deleted']),
  phase: z.string(),
  ready: z.boolean(),
  terminating: z.boolean(),
  /** restartCount of its containers, summed: a process that ended without its pod. */
  restarts: z.int(),
});

/** A Kubernetes Event object, as it came. */
const kubernetesEvent = z.object({
  type: z.literal('kubernetes-event'),
  t: ns,
  reason: z.string(),
  object: z.string(),
  message: z.string(),
});

/** One request as the ingress logged it. */
const ingressLog = z.object({
  type: z.literal('ingress'),
  t: ns,
  pod: z.string(),
  node: z.string().nullable(),
  id: z.string().nullable(),
  source: z.string(),
  status: z.int(),
  durationMs: z.number().nullable(),
});

/**
 * A flip, a notice (the node is told that its power will be cut), a fault, a step of a rollout, or (midflight watch) the
 * user's command. begin: the instant right before it is done (all clocks count from here); done: it had taken hold;
 * recovered: what it broke was asked to come back; failed: it could not be done.
 */
const disturbance = z.object({
  type: z.literal('disturbance'),
  t: ns,
  trial: trialIndex,
  kind: z.enum(['flip', 'fault', 'notice', 'step', 'command']),
  at: z.enum(['begin', 'done', 'recover', 'recovered', 'failed']),
  /** flip: `Cluster->Local`. fault: its kind. command: the command line. */
  name: z.string(),
  node: z.string().nullable(),
  detail: z.string(),
  /**
   * done: what it took: nodes silenced, pods killed, pods evicted, Services changed; 0: it took no hold. null: nothing that
   * can be counted, and all other moments.
   */
  affected: z.int().nullable(),
});

/** How late an instrument was, over the window that ends at t. real milliseconds. */
const lateness = z.object({
  type: z.literal('lateness'),
  t: ns,
  instrument: z.string(),
  windowMs: z.number(),
  count: z.int(),
  p99Ms: z.number(),
  maxMs: z.number(),
});

/** A process of ours ended without being asked to, or could not do its work. */
const instrumentFailed = z.object({
  type: z.literal('instrument-failed'),
  t: ns,
  instrument: z.string(),
  code: z.enum(instrumentFailureCodes),
  reason: z.string(),
});

/** Offset of a container's clock: add it to that process's times to get the run's. Measured, with its error. */
const clockOffset = z.object({
  type: z.literal('clock-offset'),
  t: ns,
  process: z.string(),
  offsetNs: ns,
  errorNs: ns,
});

/** What an external load engine reported as its own sum, beside what its events said. */
const engineSummary = z.object({
  type: z.literal('engine-summary'),
  t: ns,
  load: z.string(),
  engine: z.string(),
  version: z.string(),
  figures: z.record(z.string(), z.number()),
  problems: z.array(z.string()),
});

const note = z.object({
  type: z.literal('note'),
  t: ns,
  level: z.enum(['info', 'warning', 'error']),
  code: z.enum(noteCodes),
  text: z.string(),
});

/** midflight watch: the command it ran. */
const command = z.object({
  type: z.literal('command'),
  t: ns,
  at: z.enum(['begin', 'end']),
  argv: z.array(z.string()),
  exitCode: z.int().nullable(),
});

const finish = z.object({
  type: z.literal('finish'),
  t: ns,
  outcome: z.enum(['completed', 'aborted', 'interrupted', 'failed']),
  reason: reason.nullable(),
});

/**
 * The lines before this one are as they were written. The last line of a whole history is one of these; lines behind the
 * last of them are not believed. Its fields stand in this order, without spaces.
 */
export const checksum = z.object({
  type: z.literal('checksum'),
  /** That of the line before. */
  t: ns,
  /** How many lines there are before this one. */
  lines: z.int().min(0),
  /** Four hex digits for each line since the last checksum: the lower half of its CRC-32. Only to find a line at fault. */
  marks: z.string(),
  /** SHA-256 in hex of every byte of the file before it: the header with its runId, and earlier checksums, among them. */
  sha: z.string().length(64),
});

export const historyEvent = z.discriminatedUnion('type', [
  header,
  topology,
  trialStart,
  trialEnd,
  phase,
  start,
  end,
  edgeOpen,
  edgeClose,
  check,
  health,
  reconcile,
  nodeCondition,
  endpoints,
  service,
  pod,
  kubernetesEvent,
  ingressLog,
  disturbance,
  lateness,
  instrumentFailed,
  clockOffset,
  engineSummary,
  note,
  command,
  finish,
  checksum,
]);

export type HistoryEvent = z.infer<typeof historyEvent>;
export type EventOf<T extends HistoryEvent['type']> = Extract<HistoryEvent, { type: T }>;
