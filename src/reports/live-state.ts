import type { Message } from '../base/role.ts';
import { type Nanoseconds, nsPerMs } from '../base/units.ts';
import type { HistoryEvent } from '../history/schema.ts';
import type { Plan } from '../plan/schema.ts';

/** What the live view knows; one more reader of the run's events. */
export interface LiveState {
  readonly plan: Plan;
  status: string;
  trial: { number: number; policy: string | null; repeat: number } | null;
  phase: string | null;
  phaseAt: Nanoseconds;
  now: Nanoseconds;
  /** Node by node, as the edge holds them. */
  readonly nodes: Map<string, 'green' | 'red' | 'unknown'>;
  target: string | null;
  readonly streams: Map<string, { inFlight: number; completed: number; lost: number }>;
  /** Probes of the last second as their process tells of them: one that hangs has failed at its time-out, not at its end. */
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

/** Share of failing probes is shown over so much real time. */
const recentMs = 1000;

export function liveState(plan: Plan): LiveState {
  return {
    plan,
    status: 'starting',
    trial: null,
    phase: null,
    phaseAt: 0,
    now: 0,
    nodes: new Map(),
    target: null,
    streams: new Map(),
    recent: [],
    probesFailed: 0,
    done: [],
  };
}

/** Takes one event in. True where something changed that a person wants to hear of at once. */
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
      state.target = null;
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
      return true;
    }
    case 'phase':
      state.phase = event.phase;
      state.phaseAt = event.t;
      return true;
    case 'disturbance':
      if (event.at === 'begin' && event.node !== null) state.target = event.node;
      if (event.at === 'recovered') state.target = null;
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
      state.status = `${event.instrument}: ${event.reason}`;
      return true;
    default:
      return false;
  }
}

const counters = ['inFlight', 'completed', 'lost'] as const;

/** Takes in what a load process says of its progress. Probes say it too, and are not counted as streams. */
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
