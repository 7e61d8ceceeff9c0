import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import type { Message } from '../../../../src/base/role.ts';
import { type After, groupOf } from '../../../../src/providers/agents/group.ts';
import { fakeRole } from '../../../support/fake-role.ts';

const report = z.looseObject({ type: z.string() });
const anyReport = { role: 'recorder', report };

function group(delays: readonly number[], protocol: Parameters<typeof groupOf>[1] = anyReport) {
  const roles = delays.map((_, index) => fakeRole(`streams@agent-${index}`));
  const timers: { ms: number; work: () => void }[] = [];
  const after: After = (ms, work) => {
    const timer = { ms, work };
    timers.push(timer);
    return () => {
      timers.splice(timers.indexOf(timer), 1);
    };
  };
  const members = roles.map((handle, index) => ({ handle, delayMs: delays[index] ?? 0 }));
  const handle = groupOf(members, protocol, 'streams', after);
  const heard: Message[] = [];
  handle.onMessage((message) => heard.push(message));
  return { handle, roles, heard, timers };
}

test('each begins at its own time, and all hear the rest at once', () => {
  const { handle, roles, timers } = group([0, 250]);
  handle.send({ type: 'begin' });
  assert.equal([roles[0]?.told, roles[1]?.told], [[{ type: 'begin' }], []]);
  assert.is(timers[0]?.ms, 250);
  timers[0]?.work();
  assert.equal(roles[1]?.told, [{ type: 'begin' }]);
  handle.send({ type: 'quiesce' });
  for (const { told } of roles) assert.equal(told.at(-1), { type: 'quiesce' });
});

test('who has not begun when the end comes never begins', () => {
  const { handle, roles, timers } = group([0, 250]);
  handle.send({ type: 'begin' });
  handle.send({ type: 'quiesce' });
  assert.equal(timers, []);
  assert.equal(roles[1]?.told, [{ type: 'quiesce' }]);
});

test('progress is the sum of the latest report of each', () => {
  const { roles, heard } = group([0, 0]);
  roles[0]?.say({ type: 'progress', t: 1, load: 'streams', started: 3, lost: 1 });
  roles[1]?.say({ type: 'progress', t: 2, load: 'streams', started: 4, lost: 0 });
  roles[0]?.say({ type: 'progress', t: 3, load: 'streams', started: 5, lost: 1 });
  assert.equal(heard.at(-1), { type: 'progress', t: 3, load: 'streams', started: 9, lost: 1 });
});

test('a sum that is not in the protocol is reported as a failure', () => {
  const counts = z.object({ type: z.literal('progress'), t: z.number(), started: z.int().check(z.lt(9)) });
  const { roles, heard } = group([0, 0], { role: 'recorder', report: counts });
  roles[0]?.say({ type: 'progress', t: 1, started: 5 });
  roles[1]?.say({ type: 'progress', t: 2, started: 5 });
  assert.equal(heard, [
    { type: 'progress', t: 1, started: 5 },
    { type: 'failed', reason: "the message 'progress' is not in its protocol (started)" },
  ]);
});

for (const type of ['idle', 'pong'] as const) {
  test(`${type} only after all have sent it`, () => {
    const { roles, heard } = group([0, 0, 0]);
    roles[0]?.say({ type });
    roles[2]?.say({ type });
    roles[2]?.say({ type });
    assert.equal(heard, []);
    roles[1]?.say({ type });
    assert.equal(heard, [{ type }]);
  });
}

test('requests of all come through as they are, lateness with the name of its agent', () => {
  const { roles, heard } = group([0, 0]);
  roles[1]?.say({ type: 'start', id: 'stream-a1-0', t: 5 });
  roles[1]?.say({ type: 'lateness', t: 6, instrument: 'streams', maxMs: 3 });
  assert.equal(heard, [
    { type: 'start', id: 'stream-a1-0', t: 5 },
    { type: 'lateness', t: 6, instrument: 'streams', maxMs: 3, agent: 'streams@agent-1' },
  ]);
});

test('one that ends has ended the whole', async () => {
  const { handle, roles } = group([0, 0]);
  roles[1]?.end(137);
  assert.is((await handle.exited).code, 137);
});

test('messages that come before anybody listens are not lost', () => {
  const role = fakeRole('a');
  const handle = groupOf([{ handle: role, delayMs: 0 }], anyReport, 'streams', () => () => {});
  role.say({ type: 'clock-offset', t: 1 });
  const heard: Message[] = [];
  handle.onMessage((message) => heard.push(message));
  assert.equal(heard, [{ type: 'clock-offset', t: 1 }]);
});

test.run();
