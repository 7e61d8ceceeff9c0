import type { Lane, OwnAnswerReason } from '../base/connections.ts';
import type { Nanoseconds } from '../base/units.ts';
import type { EventOf, Outcome } from '../history/schema.ts';
import type { IngressLog } from './fold/ingress-log.ts';

/*
 * What the fold (fold/) makes of a history: the only thing that the rest of the analysis reads.
 */

/** One connection through the edge, or the way of one request through an HTTP balancer. Its end comes later than its beginning. */
export interface RecordedConnection {
  readonly client: string;
  readonly node: string | null;
  /** Its client is outside loadBalancerSourceRanges. */
  readonly barred: boolean;
  /** When the balancer took it, or the request. */
  readonly acceptedAt: Nanoseconds;
  /** When the connection to the node began: a kept one is older than the request. */
  readonly openedAt: Nanoseconds;
  /** Of an HTTP balancer: null, as its connections are not its requests'. */
  close: EventOf<'edge-close'> | null;
  /** The balancer answered itself; absent or null: it did not. */
  readonly own?: { readonly reason: OwnAnswerReason; readonly status: number } | null;
  /** The ingress node that the connection to the node leads to, as other requests on it show. */
  readonly ingressNode?: string | null;
}

/** One request, joined with its connection through the edge. */
export interface RequestRecord {
  readonly id: string;
  readonly load: string;
  readonly dueAt: Nanoseconds;
  readonly startedAt: Nanoseconds;
  readonly lane: Lane | null;
  /** The outcome as the client saw it; analysis may put the edge's upstream in its place (outcomes.ts). */
  readonly outcome: Outcome;
  /** The status of a whole response head; null: none came. */
  readonly status: number | null;
  readonly endedAt: Nanoseconds;
  readonly connectedAt: Nanoseconds | null;
  readonly firstByteAt: Nanoseconds | null;
  readonly firstChunkAt: Nanoseconds | null;
  readonly lastByteAt: Nanoseconds | null;
  readonly longestSilenceNs: Nanoseconds;
  readonly bodyBytes: number;
  readonly local: string | null;
  readonly endpointNode: string | null;
  readonly endpointPod: string | null;
  readonly ingressNode: string | null;
  readonly ingressPod: string | null;
  /** reused lane: whether it opened its connection; null on other lanes. */
  readonly freshConnection: boolean | null;
  connection: RecordedConnection | null;
}

/** Probes of one lane. Of those that succeeded only the due time is kept: there may be a million. */
export interface LaneRecord {
  readonly load: string;
  readonly goodDueAt: Nanoseconds[];
  readonly failed: RequestRecord[];
  /** Requests that opened a connection to keep. */
  opened: number;
  /** When those of them began that succeeded. */
  readonly openedGoodAt: Nanoseconds[];
  cancelled: number;
}

/** Requests of an engine that is not ours. */
export interface EngineRecord {
  readonly load: string;
  readonly engine: string;
  started: number;
  readonly byOutcome: Map<Outcome, number>;
  readonly problems: string[];
}

/** How often an ingress saw which address for which client, before and after the switchover. */
export type SourceCounts = Map<string, { source: string; client: string; count: number }>;

/** A span in which the edge took connections late: from a client's connect to the edge's accept, neighbours joined. */
export interface AcceptDelay {
  from: Nanoseconds;
  to: Nanoseconds;
  maxMs: number;
}

/** A container of the app or the ingress ended. */
export interface ProcessEnd {
  readonly t: Nanoseconds;
  readonly pod: string;
  readonly app: string;
  readonly node: string | null;
  /** Its pod had been told to end: SIGTERM alone makes many programs fail. */
  readonly terminating: boolean;
}

/** A part of the workload that pods and Services belong to. */
export type WorkloadPart = 'ingress' | 'app';

export type Endpoints = EventOf<'endpoints'>['endpoints'];

/** How the cluster was when a trial began. */
interface ClusterState {
  readonly green: ReadonlySet<string>;
  readonly notReady: ReadonlySet<string>;
  /** By Service. */
  readonly endpoints: ReadonlyMap<string, Endpoints>;
}

export interface RequestsRecord {
  readonly streams: RequestRecord[];
  readonly lanes: Map<Lane, LaneRecord>;
  /** Requests of our own load that began, counted independently of their ends. */
  readonly started: { streams: number; probes: number };
  /** Names of the errors with which requests of our own load failed on our own side, and how often. */
  readonly localErrors: Map<string, number>;
  /** Started, without an end. */
  unfinished: number;
  /** Ends of what had not begun, or had ended already. */
  strayEnds: number;
}

export interface PhasesRecord {
  readonly phases: EventOf<'phase'>[];
  readonly disturbances: EventOf<'disturbance'>[];
  /** The Services as they change. */
  readonly services: EventOf<'service'>[];
  /** When the balancer that clients are sent to first followed the policy that a flip ends with; null: it was not seen to. */
  followedAt: Nanoseconds | null;
}

export interface NodesRecord {
  readonly health: EventOf<'health'>[];
  readonly nodes: EventOf<'node'>[];
  readonly endpoints: EventOf<'endpoints'>[];
  readonly processEnds: ProcessEnd[];
  readonly before: ClusterState;
}

export interface LatenessRecord {
  readonly lateness: EventOf<'lateness'>[];
  readonly instrumentFailures: EventOf<'instrument-failed'>[];
}

interface ConnectionsRecord {
  /** In the order in which their connections were made, as far as the log's lines came in that order. */
  readonly acceptDelays: readonly AcceptDelay[];
  /** Local addresses with which the edge reached nodes. */
  readonly edgeHosts: ReadonlySet<string>;
}

/** Everything that belongs to one trial. */
export interface TrialRecord
  extends RequestsRecord,
    PhasesRecord,
    NodesRecord,
    LatenessRecord,
    ConnectionsRecord {
  readonly start: EventOf<'trial-start'>;
  /** null: the history breaks off in it. */
  readonly end: EventOf<'trial-end'> | null;
  readonly engines: ReadonlyMap<string, EngineRecord>;
  readonly sources: { readonly early: SourceCounts; readonly late: SourceCounts };
  readonly logged: IngressLog;
}

export interface ServicesRecord {
  /** The ingress' own Service; null: none was seen. */
  readonly ingressService: string | null;
  /** The part of the workload that a Service leads to; null: neither, it only lives in the same namespace. */
  partOf(service: string): WorkloadPart | null;
}

/** What is the same for all trials of a run. */
export interface RunRecord extends ServicesRecord {
  readonly header: EventOf<'header'>;
  readonly topology: EventOf<'topology'> | null;
  readonly podNodes: ReadonlyMap<string, string>;
}
