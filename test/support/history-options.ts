import type { Lane } from '../../src/base/connections.ts';
import type { EventOf, Outcome } from '../../src/history/schema.ts';
import type { AnyPlan, Plan } from '../../src/plan/schema.ts';

/** Milliseconds of real time since the header. */
export type Ms = number;
export type Policy = Plan['trials'][number]['policy'];
type Topology = EventOf<'topology'>;

/** How long the machine had been up. */
const uptimeMs = 1_000_000;
export const nsPerMs = 1e6;
export const ns = (at: Ms): number => Math.round((uptimeMs + at) * nsPerMs);

export interface HistoryOptions {
  readonly plan?: Partial<Omit<Plan, 'provider'>> & { readonly provider?: AnyPlan['provider'] };
  readonly topology?: Partial<Topology>;
  /** Nodes with a ready pod; twice the same: two pods. */
  readonly ingress?: readonly string[];
  readonly app?: readonly string[];
  /** Nodes that the edge holds green at the beginning: all of them, if not told. */
  readonly green?: readonly string[];
  /** `[metric, condition, policy]`, as a scenario has them. */
  readonly expect?: readonly (readonly [string, string | number | boolean, string?])[];
  /** How many trials the plan has beyond those in the history. */
  readonly missing?: number;
  readonly runId?: string;
}

export interface TrialOptions {
  readonly policy?: Policy;
  readonly fault?: { readonly kind: string; readonly node: string; readonly pod?: 'ingress' | 'app' };
  readonly repeat?: number;
}

/** A request of any kind. What is not told is as of one that was answered at once through stable-0. */
export interface RequestOptions {
  readonly id?: string;
  readonly from: Ms;
  readonly to: Ms;
  readonly outcome?: Outcome;
  readonly errno?: string;
  /** Where the edge sent it; null: the edge's log does not show it. */
  readonly transit?: string | null;
  /** The answer's word; null: it told nothing. Without a first byte there is none. */
  readonly ingress?: string | null;
  readonly endpoint?: string | null;
  readonly ingressPod?: string | null;
  /** null: no byte came. */
  readonly firstByte?: Ms | null;
  /** null: no whole chunk came. */
  readonly firstChunk?: Ms | null;
  readonly lastByte?: Ms;
  readonly silence?: Ms;
  /** null: bytes came, yet no whole head. */
  readonly status?: number | null;
  readonly connectedAt?: Ms | null;
  /** When the edge took it: at once, if not given. */
  readonly acceptedAt?: Ms;
  /** The edge took it and had no node for it. */
  readonly toNobody?: boolean;
  /** Outside the source ranges; with toNobody. */
  readonly barred?: true;
  /** What the edge found at the node. `close: false`: the edge's second line is missing. */
  readonly connect?: EventOf<'edge-close'>['connect'];
  readonly connectMs?: Ms;
  readonly close?: boolean;
  /** The balancer speaks HTTP: the connection to the node that it used, if any, and its own answer. */
  readonly http?: {
    readonly upstream?: number;
    readonly openedAt?: Ms;
    readonly own?: NonNullable<EventOf<'edge-response'>['own']>;
  };
  /** The address that the ingress saw. */
  readonly source?: string | null;
  readonly load?: string;
  readonly lane?: Lane | null;
  /** reused lane: it opened its connection. */
  readonly fresh?: boolean;
  readonly due?: Ms;
  /** Nobody heard of its end. */
  readonly unfinished?: boolean;
}

export interface ProbeOptions {
  readonly from: Ms;
  readonly to: Ms;
  readonly every?: Ms;
  readonly lane?: Lane;
  /** Due instants that fail, and how. */
  readonly fails?: (due: Ms) => Partial<RequestOptions> | undefined | false;
}

/** Addresses of the client's and the edge's sides. */
export const clientAddress = '10.0.0.1';
export const edgeAddress = '10.0.0.9';
export const nodeNames = ['stable-0', 'stable-1', 'preemptible-0', 'preemptible-1', 'preemptible-2'] as const;
