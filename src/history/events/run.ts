import * as z from 'zod';
import { faultKinds, plan, policyName, providerName } from '../../plan/schema.ts';
import { limit, reason } from '../codes.ts';
import { ns, trialIndex } from './common.ts';
import { trialMeaning } from './meaning.ts';

export const historyVersion = 2;

/* What the run was and did. */

const topologyNode = z.object({
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

export const topology = z.object({
  type: z.literal('topology'),
  t: ns,
  nodes: z.array(topologyNode),
  /** What this run cannot see. */
  limits: z.array(limit),
  ingressKind: z.enum(['model', 'traefik', 'unknown']),
  /** The address(es) that the load comes from, and the edge's. */
  clientAddresses: z.array(z.string()),
  edgeAddress: z.string().nullable(),
  /** True if the nodes see the client's own address (the edge binds it); false: they see the edge's. */
  edgeKeepsClientAddress: z.boolean(),
  /** What only the running cluster knows: Kubernetes' own version. */
  versions: z.record(z.string(), z.string()).optional(),
});

export const trialStart = z.object({
  type: z.literal('trial-start'),
  t: ns,
  trial: trialIndex,
  policy: policyName.nullable(),
  repeat: z.int(),
  seed: z.int(),
  fault: z
    .object({
      kind: z.enum(faultKinds),
      /** The first of its nodes; null: it takes a workload, wherever its pods run. */
      node: z.string().nullable(),
      /** All of them, if there are several. */
      nodes: z.array(z.string()).optional(),
      pod: z.enum(['ingress', 'app']).nullable(),
    })
    .nullable(),
  /** What the names of policy and fault meant; absent in histories that were written before it was recorded. */
  meaning: trialMeaning.optional(),
});

/** valid: nothing hindered the measurement. Else why the trial's verdict can only be unknown. */
export const trialEnd = z.object({
  type: z.literal('trial-end'),
  t: ns,
  trial: trialIndex,
  outcome: z.enum(['completed', 'aborted', 'interrupted', 'failed']),
  invalid: z.array(reason),
});

const phaseNames = [
  'prepare',
  'ramp',
  'steady',
  'flip',
  'settle',
  'fault',
  'observe',
  'finish',
  'recover',
] as const;
export const phase = z.object({
  type: z.literal('phase'),
  t: ns,
  trial: trialIndex,
  phase: z.enum(phaseNames),
});
export type Phase = (typeof phaseNames)[number];

/**
 * A flip, a notice (the node learns that its power will be cut), a fault, a step of it (one pod of a rollout), or (midflight watch) the
 * user's command. begin: the instant right before it is done (all clocks count from here); done: it had taken hold;
 * recovered: what it broke was asked to come back; failed: it could not be done.
 */
export const disturbance = z.object({
  type: z.literal('disturbance'),
  t: ns,
  trial: trialIndex,
  kind: z.enum(['flip', 'fault', 'notice', 'step', 'command']),
  at: z.enum(['begin', 'done', 'recover', 'recovered', 'failed']),
  /** flip: `Cluster->Local`. fault: its kind. command: the command line. */
  name: z.string(),
  node: z.string().nullable(),
  /** All nodes that it hits at once, if there are several; `node` is the first. */
  nodes: z.array(z.string()).optional(),
  /** The pods that it takes, if it takes pods. */
  pods: z.array(z.string()).optional(),
  detail: z.string(),
  /**
   * done: what it took: nodes silenced, pods killed, pods evicted, Services changed; 0: it took no hold. null: nothing that
   * can be counted, and all other moments.
   */
  affected: z.int().nullable(),
  /** done, of a fault whose outage lasts until it is undone: new connections are not expected to recover by themselves. */
  lasts: z.literal(true).optional(),
});

export { note } from './note.ts';

/** midflight watch: the command it ran. */
export const command = z.object({
  type: z.literal('command'),
  t: ns,
  at: z.enum(['begin', 'end']),
  argv: z.array(z.string()),
  exitCode: z.int().nullable(),
});

export const finish = z.object({
  type: z.literal('finish'),
  t: ns,
  outcome: z.enum(['completed', 'aborted', 'interrupted', 'failed']),
  reason: reason.nullable(),
});
