import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Wait } from '../../../src/base/wait.ts';
import { edgeHolds, expectedGreen, greenAtEdge } from '../../../src/run/expected.ts';
import { runState } from '../../../src/run/state.ts';
import { noProgress } from '../../support/conductor.ts';
import { basicPlan } from '../../support/plan.ts';

const never = new AbortController().signal;

test('until() sees a change as soon as it is notified', async () => {
  const state = runState();
  const waiting = state.until(() => state.edgePolicy === 'Local', 60_000, never);
  state.observe({ type: 'reconcile', t: 5, policy: 'Local', healthCheckNodePort: 32000, nodes: ['a'] });
  assert.is(await waiting, true);
  assert.is(state.edgeReconciledAt, 5);
});

test('until() gives up at its limit, and at once when aborted', async () => {
  const state = runState();
  assert.is(await state.until(() => false, 5, never), false);
  const abort = new AbortController();
  const waiting = state.until(() => false, 60_000, abort.signal);
  abort.abort(new Error('enough'));
  try {
    await waiting;
    assert.unreachable();
  } catch (error) {
    assert.is(error instanceof Error && error.message, 'enough');
  }
});

test('a Node that is deleted is not Ready from that instant on', () => {
  const state = runState();
  const node = { type: 'node', node: 'a', ready: 'True', reason: '', unschedulable: false } as const;
  state.observe({ ...node, t: 1, change: 'added' });
  state.observe({ ...node, t: 7, change: 'deleted' });
  assert.equal(state.nodeReady.get('a'), { ready: 'deleted', at: 7 });
  state.observe({ ...node, t: 9, change: 'added' });
  assert.equal(state.nodeReady.get('a'), { ready: 'True', at: 9 });
});

test('nobody waits for an instrument whose process has ended', () => {
  const state = runState();
  const failed = { type: 'instrument-failed', t: 1, instrument: 'slow', reason: 'r' } as const;
  state.observe({ ...failed, code: 'reported-failure' });
  assert.not.ok(state.idle.has('slow'));
  state.observe({ ...failed, code: 'ended-unexpectedly' });
  assert.ok(state.idle.has('slow'));
});

test('a new trial forgets loads and failures, but not the cluster', () => {
  const state = runState();
  state.observe({ type: 'health', t: 1, node: 'a', eligible: true, healthy: true, reason: '' });
  state.message('slow', {
    ...noProgress,
    started: 3,
    inFlight: 2,
    pastFirstChunk: 1,
  });
  state.message('slow', { type: 'idle', t: 0, load: 'slow' });
  state.fail({ code: 'edge-log-incomplete', text: 'broken' });
  const late = { type: 'lateness', t: 1, instrument: 'slow', windowMs: 1000, count: 9 } as const;
  state.observe({ ...late, p99Ms: 40, maxMs: 50 });
  state.observe({ ...late, p99Ms: 3, maxMs: 4 });
  assert.is(state.loads.get('slow')?.inFlight, 2);
  assert.is(state.latenessMs, 50);
  state.beginTrial();
  assert.is(state.latenessMs, 0);
  assert.is(state.loads.size + state.idle.size + state.failures.length, 0);
  assert.equal([...greenAtEdge({ state })], ['a']);
});

test('under Cluster all nodes should be green, under Local those with a ready ingress endpoint, a dead one never', () => {
  const state = runState();
  const endpoint = (node: string, ready: boolean) => ({
    address: '10.0.0.1',
    node,
    pod: null,
    ready,
    serving: ready,
    terminating: false,
  });
  state.observe({
    type: 'endpoints',
    t: 1,
    service: 'web',
    endpoints: [endpoint('a', true), endpoint('b', false)],
  });
  const node = (name: string) => ({
    name,
    pool: 'p',
    address: '',
    preemptible: false,
    labels: {},
    controlPlane: false,
  });
  const run = {
    plan: basicPlan,
    state,
    topology: ['a', 'b', 'c', 'cp'].map(node),
    workload: { service: { namespace: 'n', name: 'web' } },
    provider: { front: { kind: 'edge', excludeNodes: () => ['cp'] } },
  } as unknown as Parameters<typeof expectedGreen>[0];
  assert.equal([...expectedGreen(run, 'Cluster', [])], ['a', 'b', 'c']);
  assert.equal([...expectedGreen(run, 'Cluster', ['b'])], ['a', 'c']);
  assert.equal([...expectedGreen(run, 'Local', [])], ['a']);
  assert.equal([...expectedGreen(run, 'Local', ['a'])], []);
  const green = (name: string, healthy: boolean) =>
    state.observe({ type: 'health', t: 2, node: name, eligible: true, healthy, reason: '' });
  assert.not.ok(edgeHolds(run, 'Local', []), 'none is green');
  green('b', true);
  assert.not.ok(edgeHolds(run, 'Local', []), 'as many, but another');
  green('a', true);
  assert.not.ok(edgeHolds(run, 'Local', []), 'one too many');
  green('b', false);
  assert.ok(edgeHolds(run, 'Local', []));
});

test('a wait that has a name is announced with its limit, and its end as well', async () => {
  const seen: (Wait | null)[] = [];
  const state = runState((wait) => seen.push(wait));
  await state.until(() => false, 5, never, 'nothing at all');
  assert.equal(seen, [{ what: 'nothing at all', limitMs: 5 }, null]);
  await state.until(() => false, 5, never);
  assert.is(seen.length, 2, 'one without a name is not');
  const abort = new AbortController();
  const waiting = state.until(() => false, 60_000, abort.signal, 'an end').catch(() => {});
  abort.abort(new Error('enough'));
  await waiting;
  assert.is(seen.at(-1), null, 'nor does an interrupted one stay');
});

test.run();
