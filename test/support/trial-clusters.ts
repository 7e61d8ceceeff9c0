import { MidflightError } from '../../src/base/errors.ts';
import type { HistoryEvent } from '../../src/history/schema.ts';
import { type ConductSession, conduct } from '../../src/run/conduct.ts';
import { endOf, type Run, type RunEnd } from '../../src/run/run.ts';
import { sideBySide } from '../../src/run/side-by-side/index.ts';
import type { Bench, TrialCluster } from '../../src/run/trial-cluster.ts';
import { basicPlan } from './plan.ts';
import { virtualTime } from './virtual-time.ts';

/* Trials side by side on clusters that are nothing but their events, in virtual time. */

const policies = ['Cluster', 'Local', 'Cluster->Local'] as const;
const trialsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    index,
    policy: policies[index % 3] as (typeof policies)[number],
    repeat: Math.floor(index / 3),
    seed: index,
  }));

/** Which attempt: `2:4` is trial 4 (of 0, 1, ..) on the second cluster that was made. */
type Attempt = string;

const topology = (t: number, edgeAddress: string): HistoryEvent => ({
  ...{ type: 'topology', t, nodes: [], limits: [], ingressKind: 'model', clientAddresses: [] },
  ...{ edgeAddress, edgeKeepsClientAddress: true },
});

interface Given {
  readonly count?: number;
  readonly most?: number;
  /** How late an instrument is in it, real milliseconds. */
  readonly lateMs?: (attempt: Attempt) => number;
  /** How the run would end with it; null: it goes on. */
  readonly end?: (attempt: Attempt) => RunEnd | null;
  readonly interruptAtMs?: number;
  /** On its cluster's way up, by the cluster's number. */
  readonly throws?: (cluster: string) => Error | null;
  /** Why nothing more can be run on its cluster afterwards. */
  readonly spoils?: (attempt: Attempt) => string | null;
  /** The edge of its cluster ends 1 ms after it. */
  readonly dies?: (attempt: Attempt) => boolean;
  /** 1 ms after each of its trials a cluster says something. */
  readonly speaks?: boolean;
  /** How long it takes to find that there is room for one more. */
  readonly roomMs?: number;
  /** The cluster of which something cannot be undone. */
  readonly leaves?: string;
}

/** A cluster takes 1 s to come up, a trial 10 s and 1 s for each index. */
export async function ran(given: Given) {
  const { count = 3, most = 3, lateMs = () => 0, end = () => null, spoils = () => null } = given;
  const { clock, timers, until, nowMs } = virtualTime();
  const written: HistoryEvent[] = [];
  const shown: HistoryEvent[] = [];
  /** What was done with which cluster, and when. */
  const log: string[] = [];
  const abort = new AbortController();
  if (given.interruptAtMs !== undefined)
    timers.after(given.interruptAtMs, () => abort.abort(new MidflightError('interrupted', 'Ctrl-C')));
  const clusterOf = (
    { journal: { runId: name } }: Bench,
    { record, signal }: ConductSession,
    isLast: Run['isLast'],
  ): TrialCluster => {
    const t = () => clock.now();
    const note = (text: string) => record({ type: 'note', t: t(), level: 'info', code: 'other', text });
    const did = (what: string) => void log.push(`${what} at ${nowMs() / 1000}`);
    let spoiled: string | null = null;
    return {
      async open() {
        note(`${name} comes up`);
        await clock.sleep(1000, signal);
        const error = given.throws?.(name) ?? null;
        if (error !== null) {
          spoiled = 'it did not come up';
          throw error;
        }
        record(topology(t(), name));
      },
      runAll: async () => {
        throw new Error('one trial at a time');
      },
      async run(planned) {
        const { index, policy, repeat, seed } = planned;
        const attempt = `${name}:${index}`;
        record({ type: 'trial-start', t: t(), trial: index, policy, repeat, seed, fault: null });
        record({ type: 'phase', t: t(), trial: index, phase: 'steady' });
        const late = { type: 'lateness', instrument: 'edge', windowMs: 1000, count: 1, p99Ms: 0 } as const;
        record({ ...late, t: t(), maxMs: lateMs(attempt) });
        record({ type: 'health', t: t(), node: 'a', eligible: true, healthy: true, reason: attempt });
        const ends = (outcome: 'completed' | 'interrupted') =>
          record({ type: 'trial-end', t: t(), trial: index, outcome, invalid: [] });
        try {
          await clock.sleep(10_000 + index * 1000, signal);
        } catch (thrown) {
          ends('interrupted');
          spoiled = 'its last trial did not come to its end';
          return endOf(signal, thrown);
        }
        spoiled = spoils(attempt);
        if (given.dies?.(attempt) === true)
          timers.after(1, () => {
            spoiled = 'the edge ended unexpectedly';
          });
        did(`${attempt}${isLast(planned) ? ' last' : ''}`);
        ends('completed');
        if (given.speaks === true) timers.after(1, () => note(`${name} says something between its trials`));
        return end(attempt);
      },
      get spoiled() {
        return spoiled === null ? null : ({ code: 'edge-ended', text: spoiled } as const);
      },
      async close() {
        did(`${name} closed`);
      },
      async cleanUp() {
        await clock.sleep(10);
        did(`${name} gone`);
        if (given.leaves === name) note(`${name}: not undone`);
      },
    };
  };
  const apart = {
    most,
    async room() {
      await clock.sleep(given.roomMs ?? 0);
      return true;
    },
    bench: async (name: string) => ({
      provider: {} as Bench['provider'],
      journal: { file: '', runId: name },
    }),
  };
  const ended = await until(
    conduct(
      {
        clock,
        signal: abort.signal,
        write: (event) => written.push(event),
        show: (event) => shown.push(event),
      },
      {
        plan: { ...basicPlan, trials: trialsOf(count) },
        versions: {},
        runId: 'example',
        begin: (session) =>
          sideBySide({ plan: { ...basicPlan, trials: trialsOf(count) }, apart, session, clusterOf }),
      },
    ).catch((error: Error) => error.message),
  );
  return { written, shown, log, ended, seconds: nowMs() / 1000 };
}

/** `on 2`: the topology of the second cluster; `0+` a trial's start, `0-` its end; notes in their words. */
export const brief = (events: readonly HistoryEvent[]): string[] =>
  events.flatMap((event) => {
    if (event.type === 'topology') return [`on ${event.edgeAddress}`];
    if (event.type === 'trial-start') return [`${event.trial}+`];
    if (event.type === 'trial-end') return [`${event.trial}-`];
    return event.type === 'note' ? [event.text] : [];
  });
