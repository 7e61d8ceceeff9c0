import type { Nanoseconds } from '../base/units.ts';
import type { Lane } from '../base/words.ts';
import type { EventOf, Outcome } from '../history/schema.ts';
import type { IngressLog } from './ingress-log.ts';

/** One connection through the edge; what is known of its end comes later. */
export interface Connection {
  readonly client: string;
  readonly node: string | null;
  readonly openedAt: Nanoseconds;
  close: EventOf<'edge-close'> | null;
}

/** One request, joined with its connection through the edge and with the ingress' log. */
export interface RequestRecord {
  readonly id: string;
  readonly dueAt: Nanoseconds;
  readonly startedAt: Nanoseconds;
  readonly lane: Lane | null;
  /** The client's word; analysis may put the edge's upstream in its place (outcomes.ts). */
  readonly outcome: Outcome;
  /** Of a whole response head; null: none came. */
  readonly status: number | null;
  readonly endedAt: Nanoseconds;
  readonly connectedAt: Nanoseconds | null;
  readonly firstByteAt: Nanoseconds | null;
  readonly firstChunkAt: Nanoseconds | null;
  readonly lastByteAt: Nanoseconds | null;
  readonly longestSilenceNs: Nanoseconds;
  readonly local: string | null;
  readonly endpointNode: string | null;
  readonly endpointPod: string | null;
  readonly ingressNode: string | null;
  readonly ingressPod: string | null;
  /** reused lane: it opened its connection, or found it kept; null on other lanes. */
  readonly freshConnection: boolean | null;
  connection: Connection | null;
}

/** Probes of one lane. Those that succeeded are only counted and placed in time: there may be a million. */
export interface LaneRecord {
  readonly load: string;
  readonly goodDueAt: Nanoseconds[];
  readonly failed: RequestRecord[];
  /** Requests that opened a connection to keep, */
  opened: number;
  /** and when those of them began that succeeded. */
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

/** All that belongs to one trial. */
export interface TrialRecord {
  readonly start: EventOf<'trial-start'>;
  end: EventOf<'trial-end'> | null;
  readonly phases: EventOf<'phase'>[];
  readonly disturbances: EventOf<'disturbance'>[];
  readonly streams: RequestRecord[];
  readonly lanes: Map<Lane, LaneRecord>;
  readonly engines: Map<string, EngineRecord>;
  readonly health: EventOf<'health'>[];
  readonly nodes: EventOf<'node'>[];
  readonly endpoints: EventOf<'endpoints'>[];
  readonly lateness: EventOf<'lateness'>[];
  readonly instrumentFailures: EventOf<'instrument-failed'>[];
  /** Nodes green at the edge, endpoints and nodes by Service as the trial began. */
  readonly before: ClusterState;
  readonly sources: { readonly early: SourceCounts; readonly late: SourceCounts };
  readonly logged: IngressLog;
  /** Local addresses with which the edge reached nodes. */
  readonly edgeHosts: Set<string>;
  /** Requests of our own load that began, counted apart from what became of them. */
  readonly started: { streams: number; probes: number };
  /** Names of the errors with which requests of our own load failed on our own side, and how often. */
  readonly localErrors: Map<string, number>;
  /** Started, and never heard of again. */
  unfinished: number;
  /** Ends of what had not begun, or had ended already. */
  strayEnds: number;
}

export interface ClusterState {
  readonly green: ReadonlySet<string>;
  readonly notReady: ReadonlySet<string>;
  /** By Service. */
  readonly endpoints: ReadonlyMap<string, EventOf<'endpoints'>['endpoints']>;
}

/** What is the same for all trials of a run. */
export interface RunRecord {
  readonly header: EventOf<'header'>;
  readonly topology: EventOf<'topology'> | null;
  /** The Service with a traffic policy. */
  readonly ingressService: string | null;
  readonly podNodes: ReadonlyMap<string, string>;
}
