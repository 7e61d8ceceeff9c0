import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { doneLine, frame, plainLine } from '../../../src/reports/live-frame.ts';
import { type LiveState, liveState, say, takeEvent, takeProgress } from '../../../src/reports/live-state.ts';
import { paint } from '../../../src/reports/paint.ts';
import { history, ns } from '../../support/history.ts';
import { basicPlan } from '../../support/plan.ts';

const plain = paint(false);
const plan = {
  ...basicPlan,
  timeScale: 10,
  expectedWallSeconds: 40,
  trials: [{ index: 0, policy: 'Cluster', repeat: 0, seed: 1 } as const],
};

function during(): LiveState {
  const state = liveState(plan);
  const probes = new Set<string>();
  const events = history().trial(0).phase(1000, 'observe').ejected(1500, 'stable-1').events();
  for (const event of events) takeEvent(state, event, probes);
  takeProgress(state, 'probe', { type: 'probe-window', sent: 4, ok: 3, failed: 1 });
  takeProgress(state, 'slow', { type: 'progress', inFlight: 7, completed: 2, lost: 1 });
  return state;
}
const shown = (state: LiveState, tick = 0) =>
  frame(state, { columns: 120, colours: plain, elapsedSeconds: 12.4, tick });

test('before the first trial: the status and the time', () => {
  const state = liveState(plan);
  state.status = 'starting the cluster';
  const lines = shown(state);
  assert.is(lines.length, 1);
  assert.match(lines[0] ?? '', 'starting the cluster · 12 s of about 40 s');
});

test('in a trial: phase in cluster time, streams, probes, and every node', () => {
  const state = during();
  state.now = ns(2000);
  const [head = '', counts = '', ...board] = shown(state);
  // One real second at ten times the pace.
  assert.match(head, 'trial 1 of 1 · Cluster · observing 10 s · 12 s of about 40 s');
  assert.match(counts, 'streams 7 in flight, 2 done, 1 lost');
  assert.match(counts, 'new requests 1 of 4 failing');
  assert.match(board.join(' '), /● stable-0 .*○ stable-1/);
});

test('what is waited for and until when, and what is reported during a trial, are lines of their own', () => {
  const state = during();
  state.wait = { what: '10 s without a failed probe', untilSeconds: 34.4 };
  say(state, 'ending');
  const lines = shown(state);
  assert.is(lines[2], '  waiting until 34 s at the latest for 10 s without a failed probe');
  assert.is(lines[3], '  ending');
  assert.match(lines[4] ?? '', 'edge (● in use, ○ not):');
});

test('it moves even if nothing happens', () => {
  const state = during();
  assert.is.not(shown(state, 0)[0], shown(state, 1)[0]);
});

test('a plain line has the same facts, and names what is red and what is down', () => {
  const state = during();
  state.hit = { node: 'stable-1', word: 'down', down: true };
  state.wait = { what: 'the streams to end', untilSeconds: 34.4 };
  const line = plainLine(state, 12.4);
  for (const part of [
    '  12.4 s',
    'trial 1/1 Cluster observing',
    '7 in flight, 2 done, 1 lost',
    'edge 4/5 green (red: stable-1)',
    'stable-1 is down',
    'waiting until 34 s at the latest for the streams to end',
  ]) {
    assert.match(line, part);
  }
  assert.not.match(line, '\n');
});

test('what stays of a trial that is over', () => {
  const trial = { policy: 'Local', repeat: 1, lost: 0, probesFailed: 0, invalid: 0 };
  assert.is(doneLine(trial, 2, plain), 'trial 2 Local, repeat 2: 0 lost, 0 new requests failed');
  assert.is(
    doneLine({ ...trial, policy: null, lost: 3, probesFailed: 5, invalid: 1 }, 3, plain),
    'trial 3 watch, repeat 2: 3 lost, 5 new requests failed · cannot be trusted',
  );
});

test.run();
