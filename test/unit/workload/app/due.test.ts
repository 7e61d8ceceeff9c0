import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dueTimer } from '../../../../src/workload/app/due.ts';

test('items fire in order of their times, none before its own, however they were added', async () => {
  const fired: number[] = [];
  const early: number[] = [];
  // Far enough ahead that all are added before the first is due.
  const base = performance.now() + 200;
  const times = Array.from({ length: 200 }, (_, index) => (index * 37) % 101);
  await new Promise<void>((resolve) => {
    const due = dueTimer<number>(
      () => performance.now(),
      (item, nowMs) => {
        if (nowMs < base + item) early.push(item);
        fired.push(item);
        if (fired.length === times.length) resolve();
      },
    );
    for (const time of times) due.add(time, base + time);
  });
  assert.equal(early, []);
  // Those of one 4 ms slot are in any order among themselves.
  const disorder = fired.filter((item, index) => index > 0 && item < (fired[index - 1] ?? 0) - 4);
  assert.equal(disorder, []);
  assert.equal(
    fired.toSorted((a, b) => a - b),
    times.toSorted((a, b) => a - b),
  );
});

test('an item that adds itself again for the past does not keep the loop', async () => {
  let count = 0;
  const due = dueTimer<string>(
    () => performance.now(),
    (item) => {
      count += 1;
      due.add(item, 0);
    },
  );
  due.add('again', 0);
  await new Promise((resolve) => setTimeout(resolve, 60));
  due.clear();
  assert.ok(count >= 1 && count <= 60, `${count}`);
  const before = count;
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(count, before);
});

test.run();
