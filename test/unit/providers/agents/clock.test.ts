import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Message } from '../../../../src/base/role.ts';
import { offsetReader, onOneClock } from '../../../../src/providers/agents/clock.ts';
import { fakeRole } from '../../../support/fake-role.ts';

test('the quickest answer counts; half of its way is the error', () => {
  let now = 0;
  const reader = offsetReader(() => now);
  assert.is(reader.best(), null);
  for (const [there, back] of [
    [40, 10],
    [3, 5],
    [20, 20],
  ] as const) {
    reader.asked();
    now += there;
    const theirs = now - 1000;
    now += back;
    reader.answered(theirs);
  }
  assert.equal(reader.best(), { offsetNs: 1001, errorNs: 4 });
});

test('an old answer gives way: a drift is followed', () => {
  let now = 0;
  const reader = offsetReader(() => now);
  const turn = (offset: number, wayNs: number) => {
    reader.asked();
    now += wayNs;
    reader.answered(now - offset);
    now += wayNs;
  };
  turn(100, 1);
  for (let count = 0; count < 60; count += 1) turn(500, 3);
  assert.is(reader.best()?.errorNs, 2);
});

test('times of an agent come out on our clock, and by how much they were moved is an event', async () => {
  let now = 1_000_000;
  const ahead = 7_000_000_000;
  const role = fakeRole('streams@agent-0', (message, self) => {
    if (message.type !== 'ping') return;
    now += 100;
    const t = now + ahead;
    now += 100;
    queueMicrotask(() => self.say({ type: 'pong', t }));
  });
  const handle = await onOneClock(role, () => now);
  const heard: Message[] = [];
  handle.onMessage((message) => heard.push(message));
  const [offset] = heard;
  assert.is(offset?.type, 'clock-offset');
  assert.is(offset?.process, 'streams@agent-0');
  assert.ok(Math.abs(Number(offset?.offsetNs) + ahead) <= Number(offset?.errorNs), JSON.stringify(offset));
  role.say({ type: 'end', t: now + ahead, connectedAt: now + ahead - 5, firstByteAt: null, bodyBytes: 9 });
  const moved = heard.at(-1);
  assert.ok(Math.abs(Number(moved?.t) - now) <= 200);
  assert.is(Number(moved?.t) - Number(moved?.connectedAt), 5);
  assert.equal([moved?.firstByteAt, moved?.bodyBytes], [null, 9]);
});

test('an agent that dies before it answers does not hold up the others', async () => {
  const role = fakeRole('a');
  role.end(1);
  const handle = await onOneClock(role, () => 0);
  assert.is((await handle.exited).code, 1);
});

test.run();
