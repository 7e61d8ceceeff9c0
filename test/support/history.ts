import type { Lane } from '../../src/base/connections.ts';
import type { FaultKind } from '../../src/catalogue/faults.ts';
import type { EventOf, HistoryEvent, Outcome, Phase } from '../../src/history/schema.ts';
import { historyVersion } from '../../src/history/schema.ts';
import type { Plan } from '../../src/plan/schema.ts';
import { parseExpectation } from '../../src/scenario/expectation.ts';
import { basicPlan } from './plan.ts';

/** Milliseconds of real time since the header. */
type Ms = number;
type Policy = Plan['trials'][number]['policy'];
type Topology = EventOf<'topology'>;

/** The machine had been up for so long. */
const uptimeMs = 1_000_000;
const nsPerMs = 1e6;
export const ns = (at: Ms): number => Math.round((uptimeMs + at) * nsPerMs);

export interface HistoryOptions {
  readonly plan?: Partial<Plan>;
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
  /** What the edge found at the node. `close: false`: the edge's second line is missing. */
  readonly connect?: EventOf<'edge-close'>['connect'];
  readonly connectMs?: Ms;
  readonly close?: boolean;
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
const ingressService = 'midflight-ingress';
const appService = 'midflight-app';

/**
 * Makes histories for tests: two stable nodes with ingress and app, three preemptible ones without. Every instant is in
 * milliseconds of real time since the header; events() gives all lines in the order of their times.
 */
export class HistoryBuilder {
  readonly #options: HistoryOptions;
  readonly #events: HistoryEvent[] = [];
  readonly #trials: Plan['trials'][number][] = [];
  #trial: EventOf<'trial-start'> | null = null;
  #count = 0;

  constructor(options: HistoryOptions = {}) {
    this.#options = options;
    this.#cluster();
  }

  /** Any line. */
  add(...events: HistoryEvent[]): this {
    this.#events.push(...events);
    return this;
  }

  trial(at: Ms, { policy = 'Cluster', fault, repeat = 0 }: TrialOptions = {}): this {
    const index = this.#trials.length;
    this.#trials.push({ index, policy, repeat, seed: 1 });
    this.#trial = {
      type: 'trial-start',
      t: ns(at),
      trial: index,
      policy,
      repeat,
      seed: 1,
      fault:
        fault === undefined
          ? null
          : { kind: fault.kind as FaultKind, node: fault.node, pod: fault.pod ?? null },
    };
    return this.add(this.#trial);
  }

  /** What the trial's policy and fault mean, where the catalogue says otherwise. */
  means(meaning: NonNullable<EventOf<'trial-start'>['meaning']>): this {
    if (this.#trial !== null) this.#trial.meaning = meaning;
    return this;
  }

  endTrial(
    at: Ms,
    {
      outcome = 'completed',
      invalid = [],
    }: { outcome?: EventOf<'trial-end'>['outcome']; invalid?: string[] } = {},
  ): this {
    const reasons = invalid.map((text) => ({ code: 'unexpected-error' as const, text }));
    return this.add({ type: 'trial-end', t: ns(at), trial: this.#index, outcome, invalid: reasons });
  }

  finish(at: Ms, outcome: EventOf<'finish'>['outcome'] = 'completed', reason: string | null = null): this {
    const told = reason === null ? null : { code: 'unexpected-error' as const, text: reason };
    return this.add({ type: 'finish', t: ns(at), outcome, reason: told });
  }

  phase(at: Ms, phase: Phase): this {
    return this.add({ type: 'phase', t: ns(at), trial: this.#index, phase });
  }

  /** The Service is patched. */
  flip(at: Ms): this {
    return this.#disturb(at, { kind: 'flip', at: 'begin', name: this.#trial?.policy ?? '', node: null });
  }

  /** The node is told that its power will be cut. */
  notice(at: Ms): this {
    return this.#disturb(at, { kind: 'notice', at: 'begin', ...this.#fault });
  }

  /** The trial's fault has taken hold of so many pods or nodes. */
  done(at: Ms, affected: number | null): this {
    return this.#disturb(at, { kind: 'fault', at: 'done', affected, ...this.#fault });
  }

  /** The trial's fault is begun; `of`: on which nodes, if not on the trial's, and which pods it takes. */
  fault(at: Ms, of: { nodes?: string[]; pods?: string[] } = {}): this {
    const { nodes, pods } = of;
    const node = nodes?.[0] ?? this.#fault.node;
    return this.#disturb(at, {
      kind: 'fault',
      at: 'begin',
      ...this.#fault,
      node,
      ...(nodes === undefined || nodes.length < 2 ? {} : { nodes }),
      ...(pods === undefined ? {} : { pods }),
    });
  }

  recover(at: Ms): this {
    return this.#disturb(at, { kind: 'fault', at: 'recover', ...this.#fault });
  }

  command(at: Ms, name: string): this {
    return this.#disturb(at, { kind: 'command', at: 'begin', name, node: null });
  }

  /** The edge's verdicts. */
  ejected(at: Ms, node: string, reason = 'timeout'): this {
    return this.add({ type: 'health', t: ns(at), node, eligible: true, healthy: false, reason });
  }

  green(at: Ms, node: string): this {
    return this.add({ type: 'health', t: ns(at), node, eligible: true, healthy: true, reason: '200' });
  }

  reconciled(at: Ms, policy: 'Cluster' | 'Local'): this {
    return this.add({
      type: 'reconcile',
      t: ns(at),
      policy,
      healthCheckNodePort: null,
      nodes: [...nodeNames],
    });
  }

  ready(at: Ms, node: string, ready: 'True' | 'False' | 'Unknown'): this {
    const reason = ready === 'True' ? 'KubeletReady' : 'NodeStatusUnknown';
    return this.add({
      type: 'node',
      t: ns(at),
      node,
      change: 'modified',
      ready,
      reason,
      unschedulable: false,
    });
  }

  /** Ready pods by node from now on. */
  endpoints(at: Ms, of: 'ingress' | 'app', nodes: readonly string[]): this {
    const service = of === 'ingress' ? ingressService : appService;
    const endpoints = nodes.map((node, index) => ({
      address: `10.1.0.${index + 1}`,
      node,
      pod: `${of}-${index}`,
      ready: true,
      serving: true,
      terminating: false,
    }));
    return this.add({ type: 'endpoints', t: ns(at), service, endpoints });
  }

  late(at: Ms, instrument: string, { maxMs, windowMs = 1000 }: { maxMs: Ms; windowMs?: Ms }): this {
    return this.add({ type: 'lateness', t: ns(at), instrument, windowMs, count: 10, p99Ms: maxMs, maxMs });
  }

  /** The ingress on this node logged the request. */
  logged(at: Ms, id: string, node: string | null, more: Partial<EventOf<'ingress'>> = {}): this {
    return this.add({
      type: 'ingress',
      t: ns(at),
      pod: `ingress-on-${node}`,
      node,
      id,
      source: edgeAddress,
      status: 200,
      durationMs: 1,
      ...more,
    });
  }

  stream(options: RequestOptions): this {
    return this.#request('stream', { load: 'slow', ...options });
  }

  /** Alike streams. */
  streams(count: number, options: RequestOptions): this {
    for (let one = 0; one < count; one += 1) this.stream(options);
    return this;
  }

  /** One probe. */
  probe(options: RequestOptions): this {
    return this.#request('probe', { load: 'probe', lane: 'new', ...options });
  }

  /** Probes at fixed times, [from, to). Those that fail do so for want of an answer within 500 ms, unless told else. */
  probes({ from, to, every = 100, lane = 'new', fails = () => undefined }: ProbeOptions): this {
    for (let due = from; due < to; due += every) {
      const failed = fails(due);
      const request: RequestOptions = {
        load: 'probe',
        lane,
        due,
        from: due,
        to: due + 20,
        firstByte: due + 10,
      };
      const lost = { outcome: 'hung', to: due + 500, firstByte: null } as const;
      this.#request('probe', failed ? { ...request, ...lost, ...failed } : request);
    }
    return this;
  }

  /** A short request of another engine. */
  short(options: RequestOptions): this {
    return this.#request('short', options);
  }

  /** All lines, by their times; of equal ones the first told comes first. */
  events(): HistoryEvent[] {
    return [this.#header(), ...this.#events.toSorted((a, b) => a.t - b.t)];
  }

  get #index(): number {
    return this.#trials.length - 1;
  }

  get #fault() {
    const fault = this.#trial?.fault;
    return { name: fault?.kind ?? '', node: fault?.node ?? null };
  }

  #disturb(
    at: Ms,
    event: Pick<EventOf<'disturbance'>, 'kind' | 'at' | 'name' | 'node'> &
      Partial<Pick<EventOf<'disturbance'>, 'affected' | 'nodes' | 'pods'>>,
  ): this {
    return this.add({
      type: 'disturbance',
      t: ns(at),
      trial: this.#index,
      affected: null,
      detail: '',
      ...event,
    });
  }

  #request(kind: EventOf<'start'>['kind'], options: RequestOptions): this {
    const { from, to, outcome = 'completed', lane = null, load = 'slow', due = from, unfinished } = options;
    const { transit = 'stable-0', ingress = 'stable-0', endpoint = 'stable-0', ingressPod = null } = options;
    const { firstByte = from + 10, source = null } = options;
    const { firstChunk = firstByte, lastByte = firstByte === null ? undefined : to } = options;
    const { connectedAt = from + 1, connect = 'connected', connectMs = 1, close = true } = options;
    const { status = firstByte === null ? null : 200, silence = 0 } = options;
    const node = options.toNobody ? null : transit;
    const number = this.#count++;
    const id = options.id ?? `r${number}`;
    const local = `${clientAddress}:${10_000 + number}`;
    const trial = this.#index;
    const at = (ms: Ms | null | undefined) => (ms == null ? null : ns(ms));
    this.add({ type: 'start', t: ns(from), trial, id, load, kind, lane, dueAt: ns(due) });
    if (transit !== null)
      this.add({
        type: 'edge-open',
        t: ns(options.acceptedAt ?? from + 1),
        conn: number,
        client: local,
        node,
      });
    if (unfinished) return this;
    const told = firstChunk !== null && endpoint !== null;
    this.add({
      type: 'end',
      t: ns(to),
      trial,
      id,
      outcome,
      status,
      errno: options.errno ?? null,
      connectedAt: at(connectedAt),
      firstByteAt: at(firstByte),
      firstChunkAt: at(firstChunk),
      lastByteAt: at(lastByte),
      longestSilenceNs: silence * nsPerMs,
      bodyBytes: firstByte === null ? 0 : 100,
      chunks: firstChunk === null ? 0 : 1,
      local: transit === null && connectedAt === null ? null : local,
      path: told
        ? { endpointNode: endpoint, endpointPod: 'app', ingressNode: ingress, ingressPod, source }
        : null,
      freshConnection: lane === 'reused' ? (options.fresh ?? false) : null,
    });
    if (transit === null || !close) return this;
    return this.add({
      type: 'edge-close',
      t: ns(Math.max(to, options.acceptedAt ?? 0) + 1),
      conn: number,
      client: local,
      node,
      upstreamLocal: `${edgeAddress}:${10_000 + number}`,
      connect,
      connectNs: connectMs * nsPerMs,
      connectedAt: connect === 'connected' ? ns(from + 1 + connectMs) : null,
      bytesUp: 100,
      bytesDown: 100,
      lastDownAt: at(lastByte),
      clientEnd: 'fin',
      upstreamEnd: 'fin',
    });
  }

  #cluster(): void {
    const { ingress = ['stable-0', 'stable-1'], app = ['stable-0', 'stable-1'], topology } = this.#options;
    const { green = topology?.nodes?.map(({ name }) => name) ?? nodeNames } = this.#options;
    this.add({
      type: 'topology',
      t: ns(1),
      nodes: nodeNames.map((name, index) => ({
        name,
        pool: name.slice(0, name.indexOf('-')),
        address: `10.2.0.${index + 1}`,
        preemptible: name.startsWith('preemptible'),
        labels: {},
        controlPlane: false,
      })),
      limits: [],
      ingressKind: 'model',
      clientAddresses: [clientAddress],
      edgeAddress,
      edgeKeepsClientAddress: true,
      ...topology,
    });
    for (const [service, policy] of [[ingressService, 'Cluster'] as const, [appService, null] as const]) {
      this.add({ type: 'service', t: ns(2), service, policy, healthCheckNodePort: null });
    }
    this.endpoints(3, 'ingress', ingress);
    this.endpoints(3, 'app', app);
    for (const node of green) this.green(4, node);
  }

  #header(): EventOf<'header'> {
    const { plan, expect = [], missing = 0 } = this.#options;
    const extra = Array.from({ length: missing }, (_, one) => ({
      index: this.#trials.length + one,
      policy: 'Cluster' as const,
      repeat: 1 + one,
      seed: 1,
    }));
    return {
      type: 'header',
      version: historyVersion,
      midflightVersion: '0.1.0',
      runId: this.#options.runId ?? 'test',
      t: ns(0),
      wallTime: '2026-01-01T00:00:00.000Z',
      provider: plan?.provider ?? 'embedded',
      plan: {
        ...basicPlan,
        trials: [...this.#trials, ...extra],
        expectations: expect.map(([metric, written, policy], index) => {
          const parsed = parseExpectation(metric, written);
          if (!parsed.ok) throw new Error(`${metric}: ${parsed.what}`);
          return { ...parsed.expectation, policy: policy ?? null, line: index + 1 };
        }),
        ...plan,
      },
      versions: {},
      machine: { platform: 'linux', cpus: 2, memoryBytes: 1, node: 'v20' },
    };
  }
}

export const history = (options: HistoryOptions = {}): HistoryBuilder => new HistoryBuilder(options);
