import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Plan } from '../../../src/plan/schema.ts';
import { liveView } from '../../../src/reports/live.ts';
import { frame, plainLine } from '../../../src/reports/live-frame.ts';
import { type LiveState, liveState, takeEvent } from '../../../src/reports/live-state.ts';
import { paint } from '../../../src/reports/paint.ts';
import { basicPlan } from '../../support/plan.ts';

const trials: Plan['trials'] = [{ index: 0, policy: 'Cluster->Local', repeat: 0, seed: 1 }];
const plan: Plan = { ...basicPlan, trials, expectedWallSeconds: 40 };

/** In the middle of a trial, with so many nodes, the last of which is dead. */
function midTrial(nodes: number): LiveState {
  const state = liveState(plan);
  takeEvent(
    state,
    { type: 'trial-start', t: 0, trial: 0, policy: 'Cluster->Local', repeat: 0, seed: 1, fault: null },
    new Set(),
  );
  for (let index = 0; index < nodes; index += 1) state.nodes.set(`a-node-of-the-pool-${index}`, 'green');
  const dead = `a-node-of-the-pool-${nodes - 1}`;
  state.nodes.set(dead, 'red');
  state.hit = { node: dead, word: 'down', down: true };
  return state;
}
const shown = (state: LiveState, columns: number) =>
  frame(state, { columns, colours: paint(false), elapsedSeconds: 7, tick: 0 });

test('no line is wider than the terminal, however narrow and however long the status', () => {
  const state = midTrial(7);
  state.status = 'something that takes very many words to be said and then some more of them '.repeat(2);
  for (const columns of [20, 40, 80, 160]) {
    for (const line of shown(state, columns)) assert.ok([...line].length <= columns, `${columns}: ${line}`);
  }
});

test('every node is there with its health, the target marked', () => {
  const text = shown(midTrial(4), 80).join('\n');
  for (const index of [0, 1, 2]) assert.match(text, `● a-node-of-the-pool-${index}`);
  assert.match(text, '○ a-node-of-the-pool-3 (down)');
});

test('of many nodes only those that are not green: more lines than a terminal has cannot be painted over', () => {
  const lines = shown(midTrial(40), 80);
  assert.ok(lines.length <= 8, String(lines.length));
  assert.match(lines.join('\n'), '● 39 of 40 nodes  ○ a-node-of-the-pool-39 (down)');
});

test('a plain line has the same facts', () => {
  const line = plainLine(midTrial(3), 7);
  assert.match(line, 'trial 1/1 Cluster->Local');
  assert.match(line, 'edge 2/3 green (red: a-node-of-the-pool-2)');
});

test('a repaint begins in the first column, wherever an echoed ^C has left the cursor', async () => {
  const written: string[] = [];
  let painted = () => {};
  const twice = new Promise<void>((resolve) => {
    painted = () => {
      if (written.filter((text) => text.includes('starting')).length >= 2) resolve();
    };
  });
  let columns = 80;
  const view = liveView({
    plan,
    stream: {
      write(text) {
        written.push(text);
        columns = 12;
        painted();
      },
    },
    columns: () => columns,
    colour: false,
    interactive: true,
    now: () => 0,
  });
  const held = setInterval(() => {}, 1000); // the view's own timer keeps no process alive
  await twice;
  clearInterval(held);
  view.stop();
  view.stop();
  const repaints = written.filter((text) => text.includes('\u001b[1A'));
  assert.ok(repaints.length > 0);
  for (const text of repaints) assert.ok(text.startsWith('\r'), JSON.stringify(text));
  const [last = ''] = written.filter((text) => text.includes('starting')).slice(-1);
  assert.is(last.trimEnd().split('\r\u001b[1A\u001b[J')[1]?.length, 12, 'the width is asked for anew');
  assert.is(written.filter((text) => text.includes('\u001b[?25h')).length, 1, 'the cursor comes back, once');
});

test.run();
