import * as z from 'zod';
import type { Message, Protocol } from '../../base/protocol.ts';
import { ingressLog } from '../../history/events/cluster.ts';
import { lateness } from '../../history/events/instruments.ts';
import { nodeConfig } from './config.ts';

/* How the process of one node, or of several, and the provider talk, which has its power switch. `node`: which of them. */

/** A listening socket of the node, and the process that has it: what must fall silent with the node. */
const listener = z.object({ host: z.string(), port: z.int(), what: z.string(), pid: z.int() });
const podProcess = z.object({
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  pid: z.int(),
  address: z.string(),
});
export type PodProcess = z.infer<typeof podProcess>;

/** Commands to a node once its process is ready. */
const nodeCommand = z.discriminatedUnion('type', [
  /** Ends one class of its pods, as a graceful node shutdown does; answered by `done` with the same id. */
  z.object({
    type: z.literal('shutdown-pods'),
    node: z.string(),
    which: z.enum(['ordinary', 'critical']),
    /** Real milliseconds. */
    graceMs: z.number(),
    id: z.string(),
  }),
  /** Pauses its kubelet, or lets it go on; answered likewise. */
  z.object({ type: z.literal('kubelet'), node: z.string(), runs: z.boolean(), id: z.string() }),
  /** Its kube-proxy keeps its rules, or makes them current and updates them again. */
  z.object({ type: z.literal('kube-proxy'), node: z.string(), updates: z.boolean(), id: z.string() }),
]);
export type NodeCommand = z.infer<typeof nodeCommand>;

/** What it reports: what runs on it, each time as a whole; its ingress' log, and how late it and its pods were, as events of the history. */
const nodeReport = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listeners'), node: z.string(), listeners: z.array(listener) }),
  z.object({ type: z.literal('pods'), node: z.string(), pods: z.array(podProcess) }),
  z.object({ type: z.literal('done'), id: z.string() }),
  ingressLog,
  lateness,
]);
export type NodeReport = z.infer<typeof nodeReport>;

/** The listeners of each node. */
const nodeReady = z.object({ listeners: z.record(z.string(), z.array(listener)) });

export const nodeProtocol = {
  role: 'node',
  config: nodeConfig,
  command: nodeCommand,
  report: nodeReport,
  ready: nodeReady,
} satisfies Protocol<'node', unknown, Message, Message, unknown>;
