import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { backOffMs, containerRun } from '../../../../src/cluster/node/container-run.ts';

const killed = { code: null, signal: 'SIGKILL' };

function rig() {
  let second = 0;
  const run = containerRun(() => new Date(second * 1000));
  return {
    run,
    at(to: number) {
      second = to;
    },
  };
}
const time = (second: number) => new Date(second * 1000).toISOString();

test('a container that is killed shows its end, and one restart more once it runs again', () => {
  const { run, at } = rig();
  assert.equal(run.current, {
    state: { waiting: { reason: 'ContainerCreating' } },
    lastTerminated: null,
    restarts: 0,
  });
  at(1);
  run.started();
  assert.equal(run.current, {
    state: { running: { startedAt: time(1) } },
    lastTerminated: null,
    restarts: 0,
  });
  at(5);
  run.ended(killed);
  const end = { exitCode: 137, reason: 'Error', startedAt: time(1), finishedAt: time(5) };
  assert.equal(run.current, { state: { terminated: end }, lastTerminated: null, restarts: 0 });
  assert.is(run.backOff(), 0);
  at(6);
  run.started();
  assert.equal(run.current, { state: { running: { startedAt: time(6) } }, lastTerminated: end, restarts: 1 });
});

test('an orderly end is Completed with exit code 0; another exit code is kept', () => {
  for (const [code, reason] of [
    [0, 'Completed'],
    [3, 'Error'],
  ] as const) {
    const { run } = rig();
    run.started();
    run.ended({ code, signal: null });
    const { state } = run.current;
    assert.ok('terminated' in state);
    assert.equal([state.terminated.exitCode, state.terminated.reason], [code, reason]);
  }
});

test('a container that keeps dying waits in CrashLoopBackOff, its last end and its restarts in sight', () => {
  const { run, at } = rig();
  for (const second of [0, 1]) {
    at(second);
    run.started();
    run.ended(killed);
    if (second === 0) assert.is(run.backOff(), 0);
  }
  assert.is(run.backOff(), 10_000);
  const { state, lastTerminated, restarts } = run.current;
  assert.ok('waiting' in state && state.waiting.reason === 'CrashLoopBackOff');
  assert.equal([lastTerminated?.exitCode, lastTerminated?.finishedAt, restarts], [137, time(1), 1]);
  at(11);
  run.started();
  assert.is(run.current.restarts, 2);
});

test('a start that fails counts as a run', () => {
  const { run } = rig();
  run.ended({ code: null, signal: null });
  run.backOff();
  run.started();
  assert.equal([run.current.restarts, run.current.lastTerminated?.exitCode], [1, 1]);
});

// kubelet: 10 s after the second death, doubled to 5 minutes.
test('the back-off in cluster milliseconds', () => {
  assert.equal(
    [1, 2, 3, 4, 5, 6, 7, 8].map(backOffMs),
    [0, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000],
  );
});

test.run();
