import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EventOf, HistoryEvent } from '../../../src/history/schema.ts';
import {
  type LiveState,
  liveState,
  recentProbes,
  say,
  sum,
  takeEvent,
  takeProgress,
} from '../../../src/reports/live-state.ts';
import { history, ns } from '../../support/history.ts';
import { basicPlan } from '../../support/plan.ts';

/** The state after these events, and which of them a person wants to hear of at once. */
function after(events: readonly HistoryEvent[]): { state: LiveState; told: string[] } {
  const state = liveState(basicPlan);
  const probes = new Set<string>();
  const told = events.filter((event) => takeEvent(state, event, probes)).map(({ type }) => type);
  return { state, told };
}
const progress = (inFlight: number, completed: number, lost: number) =>
  ({ type: 'progress', inFlight, completed, lost }) as const;
const ofFault = (event: Partial<EventOf<'disturbance'>>): EventOf<'disturbance'> => ({
  type: 'disturbance',
  t: ns(3),
  trial: 0,
  kind: 'fault',
  at: 'begin',
  name: 'power-off',
  node: 'preemptible-2',
  affected: null,
  detail: '',
  ...event,
});

test('nodes are not asked yet, then green, red, or not in the set', () => {
  const builder = history({ green: ['stable-0', 'stable-1'] });
  const { state } = after(builder.ejected(10, 'stable-1').events());
  assert.equal(
    [...state.nodes],
    [
      ['stable-0', 'green'],
      ['stable-1', 'red'],
      ['preemptible-0', 'unknown'],
      ['preemptible-1', 'unknown'],
      ['preemptible-2', 'unknown'],
    ],
  );
  takeEvent(
    state,
    { type: 'health', t: ns(11), node: 'stable-0', eligible: false, healthy: true, reason: 'label' },
    new Set(),
  );
  assert.is(state.nodes.get('stable-0'), 'unknown');
});

test('the node that is down is marked until it is back', () => {
  const hit = (...events: Partial<EventOf<'disturbance'>>[]) => after(events.map(ofFault)).state.hit;
  const down = { node: 'preemptible-2', word: 'down', down: true };
  assert.equal(hit({}), down);
  assert.equal(hit({}, { at: 'recover' }), down);
  assert.is(hit({}, { at: 'recovered' }), null);
  assert.is(hit({ node: null, kind: 'flip' }), null, 'a flip hits no node');
});

test('down is only a node that answers nothing: not one that is drained, has notice, or lost a pod', () => {
  const moments = [
    { kind: 'notice', at: 'begin' },
    { kind: 'notice', at: 'done' },
    { kind: 'fault', at: 'begin' },
    { kind: 'fault', at: 'done', affected: 1 },
  ] as const;
  const states = (name: string) => {
    const told = name === 'preempt' ? moments : moments.slice(2);
    return told.map(
      (_, last) =>
        after(told.slice(0, last + 1).map((each) => ofFault({ name, ...each }))).state.hit?.down ?? null,
    );
  };
  assert.equal(['power-off', 'unplug', 'preempt', 'drain', 'pod-kill', 'of-a-later-version'].map(states), [
    [true, true],
    [true, true],
    [false, false, true, true],
    [false, false],
    [false, false],
    [null, null],
  ]);
  const idle = after([ofFault({ name: 'drain' }), ofFault({ name: 'drain', at: 'done', affected: 0 })]);
  assert.is(idle.state.hit, null, 'a drain that evicted nothing');
});

test('streams are counted by what their loads tell; probes and unknown loads are not', () => {
  const state = liveState(basicPlan);
  takeProgress(state, 'slow', progress(3, 2, 1));
  takeProgress(state, 'slow', progress(4, 5, 2));
  takeProgress(state, 'probe', progress(100, 100, 100));
  takeProgress(state, 'other', progress(100, 100, 100));
  takeProgress(state, 'slow', { type: 'idle' });
  assert.equal([sum(state, 'inFlight'), sum(state, 'completed'), sum(state, 'lost')], [4, 5, 2]);
});

test('probes of the last second count, as reported by their own process: it also knows of one that hangs', () => {
  const { state } = after(history().trial(0).events());
  const window = (t: number, ok: number, failed: number) => {
    takeEvent(state, { type: 'phase', t: ns(t), trial: 0, phase: 'observe' }, new Set());
    takeProgress(state, 'probe', { type: 'probe-window', t: ns(t), fromT: ns(t - 100), sent: 4, ok, failed });
  };
  window(100, 0, 4);
  window(900, 3, 1);
  window(1500, 2, 2);
  assert.equal(recentProbes(state), { all: 8, failed: 3 });
  takeEvent(state, { type: 'phase', t: ns(4000), trial: 0, phase: 'finish' }, new Set());
  assert.equal(recentProbes(state), { all: 0, failed: 0 });
});

test('of a trial those probes failed whose end says so, and cancelled ones are no failure', () => {
  const { state } = after(
    history()
      .trial(0)
      .probes({ from: 0, to: 2000, fails: (due) => due === 300 && {} })
      .events(),
  );
  assert.is(state.probesFailed, 1);
  const cancelled = after(
    history()
      .trial(0)
      .probes({ from: 0, to: 500, fails: () => ({ outcome: 'cancelled' }) })
      .events(),
  );
  assert.is(cancelled.state.probesFailed, 0);
});

test('a trial that is over is kept with its losses; the next begins at nothing', () => {
  const builder = history()
    .trial(0, { policy: 'Local', repeat: 1 })
    .probes({ from: 0, to: 300, fails: () => ({}) });
  const state = liveState(basicPlan);
  const probes = new Set<string>();
  for (const event of builder.endTrial(2000, { invalid: ['late'] }).events()) {
    if (event.type === 'trial-end') takeProgress(state, 'slow', progress(0, 8, 2));
    takeEvent(state, event, probes);
  }
  assert.equal(state.done, [{ policy: 'Local', repeat: 1, lost: 2, probesFailed: 3, invalid: 1 }]);
  assert.is(state.phase, null);
  assert.is(state.trial, null);
  for (const event of history().trial(3000).events()) takeEvent(state, event, probes);
  assert.equal(
    [sum(state, 'lost'), state.probesFailed, state.hit, state.trial?.policy],
    [0, 0, null, 'Cluster'],
  );
});

test('what a person wants to hear of at once', () => {
  const { told } = after(
    history()
      .trial(0)
      .phase(1, 'ramp')
      .stream({ from: 2, to: 9 })
      .flip(3)
      .ejected(5, 'stable-0')
      .endTrial(20)
      .events(),
  );
  for (const type of ['trial-start', 'phase', 'disturbance', 'health', 'trial-end'])
    assert.ok(told.includes(type as never), type);
  for (const type of ['start', 'end', 'edge-open', 'edge-close'])
    assert.not.ok(told.includes(type as never), type);
});

test('what is reported during a trial is shown beside it until the next one', () => {
  const { state } = after(history().trial(0).phase(1, 'observe').events());
  assert.is(state.saidInTrial, false);
  say(state, 'ending');
  assert.equal([state.status, state.saidInTrial], ['ending', true]);
  for (const event of history().trial(3000).events()) takeEvent(state, event, new Set());
  assert.is(state.saidInTrial, false);
});

test('an instrument that fails is the status', () => {
  const { state } = after([
    { type: 'instrument-failed', t: 1, instrument: 'probe', code: 'gave-up', reason: 'it died' },
  ]);
  assert.is(state.status, 'probe: it died');
});

test.run();
