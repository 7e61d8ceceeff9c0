import type { FaultKind } from '../../src/catalogue/faults.ts';
import type { EventOf, HistoryEvent, Phase } from '../../src/history/schema.ts';
import type { Plan } from '../../src/plan/schema.ts';

import { clusterLines, endpointsLine, greenLine, headerLine } from './history-cluster.ts';
import {
  edgeAddress,
  type HistoryOptions,
  type Ms,
  nodeNames,
  ns,
  type ProbeOptions,
  type RequestOptions,
  type TrialOptions,
} from './history-options.ts';
import { requestLines } from './history-request.ts';

export * from './history-options.ts';

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
    this.add(...clusterLines(options));
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
  done(at: Ms, affected: number | null, lasts = false): this {
    const until = lasts ? { lasts: true as const } : {};
    return this.#disturb(at, { kind: 'fault', at: 'done', affected, ...until, ...this.#fault });
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
    return this.add(greenLine(at, node));
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
    return this.add(endpointsLine(at, of, nodes));
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
    return [headerLine(this.#options, this.#trials), ...this.#events.toSorted((a, b) => a.t - b.t)];
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
      Partial<Pick<EventOf<'disturbance'>, 'affected' | 'lasts' | 'nodes' | 'pods'>>,
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
    return this.add(...requestLines(kind, options, { number: this.#count++, trial: this.#index }));
  }
}

export const history = (options: HistoryOptions = {}): HistoryBuilder => new HistoryBuilder(options);
