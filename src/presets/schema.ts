import * as z from 'zod';
import { presetAliases, presetNames } from '../scenario/schema.ts';

/* How a load balancer behaves, with everything resolved. All durations are milliseconds of cluster time. */

const ms = z.number().min(0);

const plannedCheck = z.object({
  kind: z.enum(['http', 'tcp']),
  /** pod: the port of the pod itself, if the pods are the targets. */
  port: z.union([z.enum(['healthz', 'healthCheckNodePort', 'nodePort', 'pod']), z.number()]),
  path: z.string(),
  intervalMs: ms,
  timeoutMs: ms,
  unhealthyThreshold: z.int().min(1),
  healthyThreshold: z.int().min(1),
  /** http: the statuses that count as good. Absent: 200 alone. */
  statuses: z.array(z.int()).optional(),
});

const status = z.int().min(500).max(599);

/** A balancer that ends its clients' connections and sends each request to a node of its own, over connections that it keeps. */
const plannedHttp = z.object({
  /**
   * Nothing of a request or its answer passes for so long: the balancer answers itself, or ends the connection if the answer has
   * begun.
   */
  idleTimeoutMs: ms.min(1),
  /** How long a client's connection is kept without a request. */
  keepAliveMs: ms.min(1),
  /** How long a connection to a node is kept without a request. */
  poolIdleMs: ms.min(1),
  /** To how many further nodes a request is sent if no connection to the one before could be made. */
  retries: z.int().min(0),
  /** Its own answers, by their reasons (src/base/connections.ts). */
  answers: z.object({
    'no-target': status,
    refused: status,
    'connect-timeout': status,
    closed: status,
    silent: status,
    malformed: status,
  }),
});

/** What is behind the balancer under one policy. */
const plannedBackends = z.object({
  /** nodes: every node that the controller may use; ingress-nodes: those with a ready ingress pod; pods: these pods. */
  from: z.enum(['nodes', 'ingress-nodes', 'pods']),
  /** The most of them that it takes, chosen at random; null: no limit. */
  max: z.int().min(1).nullable(),
});

/**
 * What the controller does when the policy changes.
 * check: changes the health check in place. backend-set: that, and puts other nodes behind the balancer.
 * recreate-address: deletes the address with all behind it and makes it again; it answers nobody for `addressGoneMs`.
 * new-target-group: checks a new set of targets from the beginning, and moves the listener to it.
 * reload: a new process of the proxy takes over the listener; it knows no verdicts yet, the old one keeps its connections.
 * restart: the proxy ends with all its connections and starts again; it refuses connections for `addressGoneMs`.
 * nothing: the policy is moot.
 */
const flipBehaviours = [
  'check',
  'backend-set',
  'recreate-address',
  'new-target-group',
  'reload',
  'restart',
  'nothing',
] as const;

export const plannedEdge = z.object({
  /** Histories from before the aliases: the alias itself. */
  preset: z.enum([...presetNames, ...presetAliases]),
  mode: z.enum(['passthrough', 'proxy']),
  checks: z.object({ Cluster: plannedCheck, Local: plannedCheck }),
  /** The time from the change of the Service or the Nodes until the balancer follows it. */
  reconcileDelayMs: ms,
  /** Open connections of a node found unhealthy; drain: reset after drainTimeoutMs. */
  onEjected: z.enum(['persist', 'reset', 'drain']),
  /** Connections of a node taken out of the target set may go on for this long; then `onRemoved` happens to them. */
  drainTimeoutMs: ms,
  /** silence: no packet passes any more, in either direction. */
  onRemoved: z.enum(['persist', 'reset', 'silence']).default('reset'),
  allUnhealthy: z.enum(['all', 'none']),
  /**
   * False: each zone has an address of its own, and a connection stays in the zone of the one that it came to. Absent or true:
   * every target takes its part.
   */
  crossZone: z.boolean().optional(),
  /** crossZone false: from the last healthy target of a zone until no client comes there any more. Absent: 0. */
  zoneDelayMs: ms.optional(),
  /** Below this share of healthy targets new connections go to all of them, healthy or not (Envoy's panic threshold). */
  panicThreshold: z.number().min(0).max(1).default(0),
  backends: z
    .object({ Cluster: plannedBackends, Local: plannedBackends })
    .default({ Cluster: { from: 'nodes', max: null }, Local: { from: 'nodes', max: null } }),
  onFlip: z.enum(flipBehaviours).default('check'),
  /** How long the address is gone after `recreate-address` or `restart`. */
  addressGoneMs: ms.default(0),
  /** new-target-group: how long the moved listener goes on with the old set. */
  groupSwapMs: ms.default(0),
  /** The time from a verdict of the health checks until new connections follow it. */
  verdictDelayMs: ms.default(0),
  /** The time from the removal of a target until it gets no new connections. */
  removalDelayMs: ms.default(0),
  /**
   * Who takes a connection. each: any healthy target, by luck, for as long as it lasts. one-node: a single node takes all.
   * ecmp: a router's hash over the healthy targets. With the latter two, connections whose node changes are reset.
   */
  spread: z.enum(['each', 'one-node', 'ecmp']).default('each'),
  /**
   * What a client gets when the balancer has no target for it. drop: no answer to its SYN; reset: a handshake and an RST;
   * refuse: an RST in answer to its SYN. Histories from before this field: reset.
   */
  noTarget: z.enum(['drop', 'reset', 'refuse']).default('reset'),
  /**
   * What a client outside the Service's loadBalancerSourceRanges gets, be it from the balancer, its firewall or kube-proxy. drop:
   * no answer to its SYN; reset: a handshake and an RST; ignored: nobody looks at the list. Histories from before this field: ignored.
   */
  sourceRanges: z.enum(['drop', 'reset', 'ignored']).default('ignored'),
  /**
   * It sends to this port of the nodes, where the ingress itself is, in place of the Service's node port. forwarded: the node passes
   * it on to its pod; else the pod has the node's network. Absent: to the node port.
   */
  hostPort: z.object({ port: z.int(), forwarded: z.boolean() }).optional(),
  /** It speaks HTTP itself. Absent: it carries connections. */
  http: plannedHttp.optional(),
  /** A check answered 503 ejects at once, whatever the threshold (cloud-provider-kind). */
  ejectOn503: z.boolean(),
  /** The next check of a node is due one interval after the last one began (start), or after its result (end). */
  checkIntervalFrom: z.enum(['start', 'end']).default('start'),
  upstreamConnectTimeoutMs: ms,
  /** What a target is before its first check. healthy: it gets connections at once. */
  newTarget: z.enum(['healthy', 'unhealthy']).default('unhealthy'),
  /** Whether node.kubernetes.io/exclude-from-external-load-balancers takes a node out of the targets. */
  excludeLabel: z.enum(['honoured', 'ignored']).default('honoured'),
  /** The taint of the cluster autoscaler takes a node out by itself. Absent: it does so at the next sync for another reason. */
  actsOnTaint: z.boolean().optional(),
  /**
   * Annotations of the Service that pin the check to one port whatever the policy: kube-proxy's :10256, or TCP to the node
   * port. Those of midflight.dev model what an administrator does by hand. null: it cannot be pinned.
   */
  pinCheck: z
    .object({ annotations: z.record(z.string(), z.string()), port: z.enum(['healthz', 'nodePort']) })
    .nullable()
    .default(null),
  /**
   * Annotations that let open connections of a node that is unhealthy or leaves the targets go on for an hour. null: there
   * are none, or nothing to set.
   */
  keepEstablished: z.record(z.string(), z.string()).nullable().default(null),
  source: z.string(),
});

export type PlannedCheck = z.infer<typeof plannedCheck>;
export type PlannedHttp = z.infer<typeof plannedHttp>;
export type PlannedEdge = z.infer<typeof plannedEdge>;
