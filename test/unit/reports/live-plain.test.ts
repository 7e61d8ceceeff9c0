import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { liveView } from '../../../src/reports/live.ts';
import { history } from '../../support/history.ts';
import { basicPlan } from '../../support/plan.ts';

/*
 * Time is the test's own: the view asks setInterval for its turns, and these are given to it by hand.
 */
function rig(interactive: boolean) {
  const written: { at: number; text: string }[] = [];
  let now = 0;
  let turn = () => {};
  const real = globalThis.setInterval;
  const fake = (callback: () => void) => {
    turn = callback;
    return real(() => {}, 1e6).unref();
  };
  globalThis.setInterval = fake as unknown as typeof setInterval;
  const view = liveView({
    plan: { ...basicPlan, trials: [{ index: 0, policy: 'Cluster', repeat: 0, seed: 1 }] },
    stream: { write: (text: string) => written.push({ at: now, text }) },
    columns: () => 80,
    colour: false,
    interactive,
    now: () => now,
  });
  globalThis.setInterval = real;
  return {
    view,
    written,
    pass(ms: number) {
      for (let passed = 0; passed < ms; passed += 100) {
        now += 100;
        turn();
      }
    },
  };
}

/** The longest time between two writings, milliseconds. */
const longestStill = (written: readonly { at: number }[], from: number, to: number) => {
  const times = [from, ...written.map(({ at }) => at), to];
  return Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? 0)));
};

test('not a terminal: plain lines, one at least every two seconds though nothing happens', () => {
  const { written, pass, view } = rig(false);
  pass(20_000);
  assert.ok(longestStill(written, 0, 20_000) <= 2000);
  assert.ok(written.length <= 20, 'and no flood');
  for (const { text } of written) {
    assert.match(text, /^[^\n]+\n$/);
    assert.not.match(text, '\u001b');
  }
  view.stop();
});

test('not a terminal: what happens is reported at the next turn', () => {
  const { written, pass, view } = rig(false);
  pass(100);
  const before = written.length;
  view.status('the cluster is up');
  pass(100);
  assert.is(written.length, before + 1);
  assert.match(written.at(-1)?.text ?? '', 'the cluster is up');
  for (const event of history().trial(0).phase(1, 'ramp').events()) view.event(event);
  pass(100);
  assert.match(written.at(-1)?.text ?? '', 'trial 1/1 Cluster starting the load');
  view.stop();
});

test('a terminal: never still for two seconds, and it moves', () => {
  const { written, pass, view } = rig(true);
  pass(5000);
  assert.ok(longestStill(written, 0, 5000) <= 2000);
  assert.ok(new Set(written.map(({ text }) => text)).size > 5, 'not the same again and again');
  view.stop();
});

test('a trial that is over leaves a line, whether its turn comes or the view is stopped first', () => {
  for (const passed of [100, 0]) {
    const { written, pass, view } = rig(false);
    for (const event of history().trial(0).endTrial(5).events()) view.event(event);
    pass(passed);
    view.stop();
    const text = written.map((one) => one.text).join('');
    assert.is(text.split('trial 1 Cluster, repeat 1: 0 lost').length, 2, text);
  }
});

test('stopped twice, nothing is written twice', () => {
  const { written, view } = rig(true);
  view.stop();
  const { length } = written;
  view.stop();
  assert.is(written.length, length);
});

test.run();
