import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EventOf, HistoryEvent } from '../../../src/history/schema.ts';
import { lateWatch } from '../../../src/run/side-by-side/late.ts';
import { basicPlan } from '../../support/plan.ts';

const well = { answerMs: 249, failures: [] };
/** 20 probes a second of real time: 25 ms are half of what lies between two of them. */
const probe = { ...basicPlan.load.find(({ kind }) => kind === 'probe'), kind: 'probe', name: 'p', rate: 2 };
const plan = { ...basicPlan, timeScale: 10, load: [probe] } as typeof basicPlan;

const late = (instrument: string, maxMs: number): EventOf<'lateness'> => ({
  type: 'lateness',
  t: 1,
  instrument,
  windowMs: 1000,
  count: 1,
  p99Ms: 0,
  maxMs,
});

function words(
  events: readonly HistoryEvent[],
  state: Parameters<ReturnType<typeof lateWatch>['words']>[0] = well,
) {
  const watch = lateWatch(plan);
  for (const event of events) watch.take(event);
  return watch.words(state);
}

test('all on time: nothing to say', () => {
  assert.is(words([late('p', 24.9), late('edge', 49.9)]), null);
});

test('a probe is late if the analysis would not trust it; other instruments at 50 ms', () => {
  assert.is(words([late('p', 25)]), 'p was late by 25 ms');
  assert.is(words([late('edge', 10), late('edge', 50), late('edge', 60)]), 'edge was late by 50 ms');
});

test('the processes of the cluster by the shortest time that anything waits for them', () => {
  assert.is(words([late('cluster', 49.9)]), null);
  assert.is(words([late('cluster', 51)]), 'cluster was late by 51 ms');
});

test('a part that is slow to answer, and whatever failed', () => {
  assert.is(words([], { ...well, answerMs: 250 }), 'our own processes took up to 250 ms to answer');
  const failures = [{ code: 'instrument-failed' as const, text: 'edge: it ended' }];
  assert.is(words([], { ...well, failures }), 'edge: it ended');
});

test('a pod that is not ready for a while before anything was done to the cluster', () => {
  const pod = (name: string, more: Partial<EventOf<'pod'>> = {}): EventOf<'pod'> => ({
    ...{ type: 'pod', t: 1, pod: name, app: 'ingress', node: 'n', change: 'modified', phase: 'Running' },
    ...{ ready: false, terminating: false, restarts: 0 },
    ...more,
  });
  const start = { type: 'trial-start' } as EventOf<'trial-start'>;
  const done = { type: 'disturbance' } as EventOf<'disturbance'>;
  assert.is(words([start, pod('a'), pod('b')]), 'a was not ready for a while before anything was done');
  assert.is(words([pod('a'), start, pod('a', { ready: true })]), null, 'before the trial');
  assert.is(words([start, done, pod('a')]), null, 'the fault may have done that');
  assert.is(words([start, pod('a', { terminating: true })]), null, 'it is being replaced');
  const begins = [pod('a', { change: 'added', phase: 'Pending' }), pod('a')];
  assert.is(words([start, ...begins]), null, 'a new one was never ready');
  assert.ok(words([start, ...begins, pod('a', { ready: true }), pod('a')]), 'a new one that was');
});

test('a probe that fails before anything was done to the cluster', () => {
  const start = { type: 'trial-start' } as EventOf<'trial-start'>;
  const done = { type: 'disturbance' } as EventOf<'disturbance'>;
  const asked = (id: string, kind: 'probe' | 'stream') => ({ type: 'start', id, kind }) as EventOf<'start'>;
  const ended = (id: string, outcome: 'hung' | 'completed') =>
    ({ type: 'end', id, outcome }) as EventOf<'end'>;
  const failed = [asked('a', 'probe'), ended('a', 'hung')];
  assert.is(words([start, ...failed]), 'a probe failed before anything was done');
  assert.is(words([start, asked('a', 'probe'), done, ended('a', 'hung')]), null, 'it was under way');
  assert.is(words([start, asked('a', 'stream'), ended('a', 'hung')]), null, 'streams end when they end');
  assert.is(words([start, asked('a', 'probe'), ended('a', 'completed')]), null);
});

test.run();
