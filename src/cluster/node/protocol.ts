import * as z from 'zod';
import type { Message, Protocol } from '../../base/protocol.ts';
import { ingressLog } from '../../history/events/cluster.ts';
import { nodeConfig } from './config.ts';

/* How a node's process and the provider talk, which has the node's power switch. */

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

/** Commands to a node once it is ready. */
const nodeCommand = z.discriminatedUnion('type', [
  /** Ends one class of its pods, as a graceful node shutdown does; answered by `shutdown-done` with the same id. */
  z.object({
    type: z.literal('shutdown-pods'),
    which: z.enum(['ordinary', 'critical']),
    /** Real milliseconds. */
    graceMs: z.number(),
    id: z.string(),
  }),
]);
export type NodeCommand = z.infer<typeof nodeCommand>;

/** What it reports: what runs on it, each time as a whole; and its ingress' log, as events of the history. */
const nodeReport = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listeners'), listeners: z.array(listener) }),
  z.object({ type: z.literal('pods'), pods: z.array(podProcess) }),
  z.object({ type: z.literal('shutdown-done'), id: z.string() }),
  ingressLog,
]);
export type NodeReport = z.infer<typeof nodeReport>;

const nodeReady = z.object({ listeners: z.array(listener) });

export const nodeProtocol = {
  role: 'node',
  config: nodeConfig,
  command: nodeCommand,
  report: nodeReport,
  ready: nodeReady,
} satisfies Protocol<'node', unknown, Message, Message, unknown>;
