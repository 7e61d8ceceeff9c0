import type { Message } from '../base/role.ts';
import { type Nanoseconds, nsPerMs } from '../base/units.ts';
import { visibleLine } from '../base/visible.ts';
import type { EventOf, HistoryEvent, Phase } from '../history/schema.ts';
import type { AnyPlan } from '../plan/schema.ts';
import { type Hit, lookOfFault } from './live-words.ts';

/** What the live view knows; one more reader of the run's events. */
export interface LiveState {
  readonly plan: AnyPlan;
  /** What is being done outside the trials; within one, only what is reported meanwhile (an instrument that failed). */
  status: string;
  saidInTrial: boolean;
  /** What the run waits for, and until when at the latest, in seconds since the view began. */
  wait: { readonly what: string; readonly untilSeconds: number } | null;
  trial: { number: number; policy: string | null; repeat: number } | null;
  phase: Phase | null;
  phaseAt: Nanoseconds;
  now: Nanoseconds;
  /** Node by node, as the edge holds them. */
  readonly nodes: Map<string, 'green' | 'red' | 'unknown'>;
  /** The node that a fault has hit, and what became of it. */
  hit: Hit | null;
  readonly streams: Map<string, { inFlight: number; completed: number; lost: number }>;
  /** Probes of the last second as their process reports them: one that hangs has failed at its time-out, not at its end. */
  recent: { t: Nanoseconds; ok: number; failed: number }[];
  probesFailed: number;
  readonly done: {
    policy: string | null;
    repeat: number;
    lost: number;
    probesFailed: number;
    invalid: number;
  }[];
}

/** The real time over which the share of failing probes is shown. */
const recentMs = 1000;

export function liveState(plan: AnyPlan): LiveState {
  return {
    plan,
    status: 'starting',
    saidInTrial: false,
    wait: null,
    trial: null,
    phase: null,
    phaseAt: 0,
    now: 0,
    nodes: new Map(),
    hit: null,
    streams: new Map(),
    recent: [],
    probesFailed: 0,
    done: [],
  };
}

/** Takes one event in. True if something changed that a person wants to hear of at once. */
export function takeEvent(state: LiveState, event: HistoryEvent, probes: Set<string>): boolean {
  state.now = Math.max(state.now, event.t);
  switch (event.type) {
    case 'topology':
      for (const { name } of event.nodes) state.nodes.set(name, 'unknown');
      return false;
    case 'trial-start':
      state.trial = { number: event.trial + 1, policy: event.policy, repeat: event.repeat };
      state.streams.clear();
      state.recent = [];
      state.probesFailed = 0;
      state.hit = null;
      state.saidInTrial = false;
      return true;
    case 'trial-end': {
      const lost = sum(state, 'lost');
      state.done.push({
        policy: state.trial?.policy ?? null,
        repeat: state.trial?.repeat ?? 0,
        lost,
        probesFailed: state.probesFailed,
        invalid: event.invalid.length,
      });
      state.phase = null;
      say(state, `trial ${event.trial + 1} of ${state.plan.trials.length} is over`);
      state.trial = null;
      return true;
    }
    case 'phase':
      state.phase = event.phase;
      state.phaseAt = event.t;
      return true;
    case 'disturbance':
      state.hit = hitAfter(state.hit, event);
      return true;
    case 'health':
      if (!event.eligible) state.nodes.set(event.node, 'unknown');
      else state.nodes.set(event.node, event.healthy ? 'green' : 'red');
      return true;
    case 'start':
      if (event.kind === 'probe') probes.add(event.id);
      return false;
    case 'end': {
      if (!probes.delete(event.id)) return false;
      if (event.outcome !== 'completed' && event.outcome !== 'cancelled') state.probesFailed += 1;
      return false;
    }
    case 'instrument-failed':
      say(state, `${event.instrument}: ${event.reason}`);
      return true;
    default:
      return false;
  }
}

/** Something to show in words, in a trial or outside. */
export function say(state: LiveState, text: string): void {
  state.status = visibleLine(text);
  state.saidInTrial = state.trial !== null;
}

function hitAfter(
  before: Hit | null,
  { kind, at, name, node, affected }: EventOf<'disturbance'>,
): Hit | null {
  if (at === 'recovered' || (at === 'done' && affected === 0)) return null;
  if ((kind !== 'fault' && kind !== 'notice') || node === null) return before;
  if (at !== 'begin' && (at !== 'done' || kind === 'notice')) return before;
  const look = lookOfFault(name, kind === 'notice' ? 'notice' : at);
  return look === null ? before : { node, ...look };
}

const counters = ['inFlight', 'completed', 'lost'] as const;

/** Takes in a load process' report of its progress. Probes report it too, and are not counted as streams. */
export function takeProgress(state: LiveState, load: string, message: Message): void {
  if (message.type === 'probe-window') {
    const { ok, failed } = message;
    state.recent.push({ t: state.now, ok: Number(ok ?? 0), failed: Number(failed ?? 0) });
    return;
  }
  if (message.type !== 'progress') return;
  if (!state.plan.load.some(({ name, kind }) => name === load && kind === 'streams')) return;
  const [inFlight = 0, completed = 0, lost = 0] = counters.map((key) => Number(message[key] ?? 0));
  state.streams.set(load, { inFlight, completed, lost });
}

export function sum(state: LiveState, key: (typeof counters)[number]): number {
  return [...state.streams.values()].reduce((total, counts) => total + counts[key], 0);
}

/** Probes that succeeded or failed within the last second, and how many of them failed. */
export function recentProbes(state: LiveState): { all: number; failed: number } {
  state.recent = state.recent.filter(({ t }) => t > state.now - recentMs * nsPerMs);
  const failed = state.recent.reduce((sum, window) => sum + window.failed, 0);
  return { all: state.recent.reduce((sum, window) => sum + window.ok, failed), failed };
}
