import * as z from 'zod';

const realMs = z.number().min(0);
const strings = z.record(z.string(), z.string());

/** Configuration of one embedded node. All timers are real milliseconds. */
const oneNode = z.object({
  name: z.string(),
  /** NodePorts, kube-proxy's health and what leaves the node under SNAT. */
  address: z.string(),
  /** Source of connections under SNAT to a pod on this very node (cbr0's address on a real one). */
  bridgeAddress: z.string(),
  podAddresses: z.array(z.string()),
  /** All nodes share one address: ports are moved by this, and no source address can be bound. Else 0. */
  portOffset: z.int(),
  /** The first port of pods when all nodes share one address. */
  podPortBase: z.int(),
  sharedAddress: z.boolean(),
  fillerAddress: z.string().nullable(),
  apiServer: z.string(),
  labels: strings,
  /** null: it is in none. */
  zone: z.string().nullable().default(null),
  taints: z.array(z.object({ key: z.string(), value: z.string(), effect: z.string() })),
  /** The backlog of every listening socket: small, so that a dead node's fill up fast. */
  backlog: z.int(),
  timers: z.object({
    leaseRenewMs: realMs,
    proxyMinSyncMs: realMs,
    /** Traefik's providersThrottleDuration: how long it gathers changes of endpoints before it applies them. */
    ingressThrottleMs: realMs,
  }),
  /** Divides the durations in objects (probe periods, grace periods). */
  timeScale: z.number(),
  seed: z.int(),
  /** Bundles of what a node runs. */
  roles: z.object({ holder: z.string(), app: z.string(), ingress: z.string() }),
  /** Part of every process' command line, so that a later run can find what is left. */
  token: z.string(),
});

export type NodeConfig = z.infer<typeof oneNode>;

/** The nodes of one process: one, or several that end together if at all. They share an API server and a token. */
export const nodeConfig = z.object({
  role: z.literal('node'),
  nodes: z.tuple([oneNode], oneNode),
});
export type NodeProcessConfig = z.infer<typeof nodeConfig>;
