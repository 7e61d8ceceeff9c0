import { monotonic } from '../base/clock.ts';
import { type Timers, timersOf } from '../base/timers.ts';
import type { Nanoseconds, NodeName } from '../base/units.ts';
import type { OnWait } from '../base/wait.ts';
import { ownInstruments } from '../catalogue/instruments.ts';
import type { TrafficPolicy } from '../catalogue/policies.ts';
import type { Reason } from '../history/codes.ts';
import type { HistoryEvent } from '../history/schema.ts';
import type { LoadProgress, LoadReport } from '../load/reports.ts';
import type { BalancerSight } from '../policies/index.ts';
import { balancerWatch } from './balancer-watch.ts';
import { type ProbeWatch, probeWatch } from './probe-watch.ts';

/** What one of our processes reports that is no history, or how long it took to answer (real milliseconds). */
export type ProgressReport =
  | Exclude<LoadReport, HistoryEvent>
  | { readonly type: 'answered'; readonly ms: number };

interface NodeHealth {
  readonly eligible: boolean;
  readonly healthy: boolean;
}

/** What the run knows of the cluster and of its own instruments, folded from the events that it writes. */
export interface RunState {
  /** The policy that the edge follows, after its reconcile delay. */
  readonly edgePolicy: TrafficPolicy | null;
  readonly edgeReconciledAt: Nanoseconds;
  readonly health: ReadonlyMap<NodeName, NodeHealth>;
  readonly nodeReady: ReadonlyMap<NodeName, { ready: string; at: Nanoseconds }>;
  /** Nodes with a ready endpoint, by Service. */
  readonly endpointNodes: ReadonlyMap<string, ReadonlySet<NodeName>>;
  readonly loads: ReadonlyMap<string, LoadProgress>;
  readonly idle: ReadonlySet<string>;
  readonly probes: ProbeWatch;
  readonly balancer: BalancerSight;
  /** Pods that end or are gone, with the instant at which the API first showed it. */
  readonly ending: ReadonlyMap<string, Nanoseconds>;
  /** Nodes with the exclude label. */
  readonly excluded: ReadonlySet<NodeName>;
  /** The edge sends to the pods themselves, because the Service's annotation says so. */
  readonly edgeToPods: boolean;
  /** The latest that an instrument of ours was in this trial, real milliseconds. */
  readonly latenessMs: number;
  /** The longest that a process of ours took to answer in this trial, real milliseconds. */
  readonly answerMs: number;
  /** Processes of ours that took more than half a second to answer in this trial. */
  readonly slowParts: ReadonlySet<string>;
  /** Reasons why the present trial cannot be trusted. */
  readonly failures: readonly Reason[];
  /** One more event of the history, or message of a load process. */
  observe(event: HistoryEvent): void;
  message(load: string, message: ProgressReport): void;
  fail(reason: Reason): void;
  /** Why no trial from now on can be trusted: something that all of them need is gone. */
  failForGood(reason: Reason): void;
  readonly gone: Reason | null;
  /** Forgets what belongs to one trial only. `onFail` is called with the first reason why it cannot be trusted. */
  beginTrial(onFail?: (reason: Reason) => void): void;
  /**
   * Resolves true as soon as `done` holds (looked at after every event and every 50 ms), false at the limit.
   * `what`: the thing waited for, as the live view shows it.
   */
  until(done: () => boolean, limitMs: number, signal: AbortSignal, what?: string): Promise<boolean>;
}

/** Real milliseconds. */
const slowAnswerMs = 500;

export function runState(onWait: OnWait = () => {}, timers: Timers = timersOf(monotonic)): RunState {
  let edgePolicy: TrafficPolicy | null = null;
  let edgeReconciledAt = 0;
  const health = new Map<NodeName, NodeHealth>();
  const nodeReady = new Map<NodeName, { ready: string; at: Nanoseconds }>();
  const excluded = new Set<NodeName>();
  let edgeToPods = false;
  const ending = new Map<string, Nanoseconds>();
  const balancer = balancerWatch();
  const endpointNodes = new Map<string, Set<NodeName>>();
  const loads = new Map<string, LoadProgress>();
  const idle = new Set<string>();
  let probes = probeWatch();
  let failures: Reason[] = [];
  let latenessMs = 0;
  let answerMs = 0;
  const slowParts = new Set<string>();
  let gone: Reason | null = null;
  let onFail: (reason: Reason) => void = () => {};
  const failed = (reason: Reason) => {
    failures.push(reason);
    if (failures.length === 1) onFail(reason);
  };
  const waiters = new Set<() => void>();
  const changed = () => {
    for (const waiter of waiters) waiter();
  };

  const observe = (event: HistoryEvent) => {
    balancer.observe(event);
    switch (event.type) {
      case 'reconcile':
        edgePolicy = event.policy;
        edgeReconciledAt = event.t;
        edgeToPods = event.toPods ?? false;
        break;
      case 'health':
        health.set(event.node, { eligible: event.eligible, healthy: event.healthy });
        break;
      case 'node':
        if (event.excluded && event.change !== 'deleted') excluded.add(event.node);
        else excluded.delete(event.node);
        if (event.change === 'deleted') nodeReady.set(event.node, { ready: 'deleted', at: event.t });
        else if (nodeReady.get(event.node)?.ready !== event.ready)
          nodeReady.set(event.node, { ready: event.ready, at: event.t });
        break;
      case 'endpoints': {
        const ready = event.endpoints.filter((endpoint) => endpoint.ready && endpoint.node !== null);
        endpointNodes.set(event.service, new Set(ready.map((endpoint) => endpoint.node ?? '')));
        break;
      }
      case 'pod':
        if ((event.terminating || event.change === 'deleted') && !ending.has(event.pod))
          ending.set(event.pod, event.t);
        break;
      case 'lateness':
        // That of the cluster's processes is no lateness of a request; the analysis knows what it means.
        if (event.instrument !== ownInstruments.cluster) latenessMs = Math.max(latenessMs, event.maxMs);
        return;
      case 'instrument-failed':
        failed({ code: 'instrument-failed', text: `${event.instrument}: ${event.reason}` });
        // A process that is gone reports nothing more: nobody waits for its streams.
        if (event.code === 'ended-unexpectedly') idle.add(event.instrument);
        break;
      case 'start':
      case 'end':
        probes.observe(event);
        return; // there are many; waiters look again soon enough
      default:
        return;
    }
    changed();
  };

  return {
    get edgePolicy() {
      return edgePolicy;
    },
    get edgeToPods() {
      return edgeToPods;
    },
    get edgeReconciledAt() {
      return edgeReconciledAt;
    },
    health,
    nodeReady,
    balancer,
    excluded,
    ending,
    endpointNodes,
    loads,
    idle,
    get probes() {
      return probes;
    },
    get latenessMs() {
      return latenessMs;
    },
    slowParts,
    get answerMs() {
      return answerMs;
    },
    get gone() {
      return gone;
    },
    get failures() {
      return failures;
    },
    observe,
    message(load, message) {
      if (message.type === 'answered') {
        answerMs = Math.max(answerMs, message.ms);
        if (message.ms > slowAnswerMs) slowParts.add(load);
        return;
      }
      if (message.type === 'idle') idle.add(load);
      else if (message.type === 'progress') loads.set(load, message);
      else return;
      changed();
    },
    fail(reason) {
      failed(reason);
      changed();
    },
    failForGood(reason) {
      gone ??= reason;
      if (!failures.some(({ text }) => text === reason.text)) failed(reason);
      changed();
    },
    beginTrial(listener = () => {}) {
      onFail = listener;
      loads.clear();
      idle.clear();
      probes = probeWatch();
      failures = [];
      latenessMs = 0;
      answerMs = 0;
      slowParts.clear();
    },
    async until(done, limitMs, signal, what) {
      if (what !== undefined && !done()) onWait({ what, limitMs });
      try {
        return await until(waiters, done, limitMs, signal, timers);
      } finally {
        if (what !== undefined) onWait(null);
      }
    },
  };
}

function until(
  waiters: Set<() => void>,
  done: () => boolean,
  limitMs: number,
  signal: AbortSignal,
  timers: Timers,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      waiters.delete(look);
      stopLooking();
      stopLimit();
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const onAbort = () => end(() => reject(signal.reason));
    const look = () => {
      if (done()) end(() => resolve(true));
    };
    const stopLooking = timers.every(50, look);
    const stopLimit = timers.after(limitMs, () => end(() => resolve(false)));
    signal.addEventListener('abort', onAbort, { once: true });
    waiters.add(look);
    if (signal.aborted) onAbort();
    else look();
  });
}
