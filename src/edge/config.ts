import * as z from 'zod';
import { plannedEdge } from '../plan/schema.ts';

/** Configuration of the edge's process. Durations in `preset` are cluster time; divide by timeScale. */
export const edgeConfig = z.object({
  role: z.literal('edge'),
  preset: plannedEdge,
  timeScale: z.number().min(1),
  seed: z.int(),
  /** Blocks of local ports by which connections of our own load are counted (plan/ports.ts). */
  lanes: z.array(z.object({ name: z.string(), first: z.int(), count: z.int() })),
  listen: z.object({ host: z.string(), port: z.int() }),
  /** Kubeconfig (YAML) with which it follows Nodes and the Service. */
  kubeconfig: z.string(),
  service: z.object({ namespace: z.string(), name: z.string() }),
  /** Nodes by name that it must never use (a control plane, as cloud controllers leave it out). */
  excludeNodes: z.array(z.string()),
  /** Bind the client's own address towards the node, if the machine has it (embedded): passthrough addresses. */
  bindClientAddress: z.boolean(),
  /** Checks come from this address (embedded), else from any. */
  checkFrom: z.string().nullable(),
  /** Number of its first connection, so that the connections of two edges in one history differ. */
  firstConn: z.int().optional(),
  /** Write this address into the Service's status.loadBalancer.ingress, as a cloud controller does. None: leave it. */
  publishAddress: z.string().optional(),
  /** Number of open connections above which it starts further processes. Absent: as the limit of open files allows. */
  connectionsPerProcess: z.int().min(1).optional(),
});
export type EdgeConfig = z.infer<typeof edgeConfig>;
