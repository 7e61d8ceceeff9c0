import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { schedule } from '../../../src/run/side-by-side/schedule.ts';
import { virtualTime } from '../../support/virtual-time.ts';

interface Given {
  readonly count: number;
  readonly most: number;
  readonly room?: (running: number) => boolean;
  /** Why this attempt was late, if it was; `attempt` from 1. */
  readonly late?: (index: number, attempt: number) => string | null;
  readonly goOn?: (index: number) => boolean;
  readonly fails?: number;
}

/** Attempts of 10 s, each index 1 s longer than the one before; another may begin after 1 s. */
async function scheduled({
  count,
  most,
  room = () => true,
  late = () => null,
  goOn = () => true,
  fails,
}: Given) {
  const { clock, nowMs, until } = virtualTime();
  const log: string[] = [];
  const attempts = new Map<number, number>();
  const done: string[] = [];
  let running = 0;
  let width = 0;
  const error = await until(
    schedule<string>({
      count,
      most,
      room: async () => room(running),
      pause: () => clock.sleep(500),
      async attempt(index, began) {
        const number = (attempts.get(index) ?? 0) + 1;
        attempts.set(index, number);
        running += 1;
        width = Math.max(width, running);
        log.push(`${index} at ${nowMs() / 1000} beside ${running - 1}`);
        await clock.sleep(1000);
        began();
        await clock.sleep(9000 + index * 1000);
        running -= 1;
        if (index === fails) throw new Error(`${index} failed`);
        return { result: `${index}.${number}`, late: late(index, number), goOn: goOn(index) };
      },
      done: (_index, result) => done.push(result),
      again: (index, why) => log.push(`again ${index}: ${why}`),
    }).then(
      () => null,
      (thrown: Error) => thrown.message,
    ),
  );
  return { log, done, width, seconds: nowMs() / 1000, error };
}

test('one after the other if no more may run at once', async () => {
  const { log, done, seconds } = await scheduled({ count: 3, most: 1 });
  assert.equal(log, ['0 at 0 beside 0', '1 at 10 beside 0', '2 at 21 beside 0']);
  assert.equal(done, ['0.1', '1.1', '2.1']);
  assert.is(seconds, 33);
});

test('each begins once the cluster of the one before it is up, as many as may', async () => {
  const { log, width } = await scheduled({ count: 4, most: 3 });
  assert.equal(log, ['0 at 0 beside 0', '1 at 1 beside 1', '2 at 2 beside 2', '3 at 10 beside 2']);
  assert.is(width, 3);
});

test('results come in the order of the plan, each as soon as those before it are there', async () => {
  const { clock, until } = virtualTime();
  const done: string[] = [];
  await until(
    schedule<number>({
      count: 3,
      most: 3,
      room: async () => true,
      pause: () => clock.sleep(500),
      async attempt(index, began) {
        began();
        await clock.sleep(10_000 - index * 1000);
        done.push(`over ${index}`);
        return { result: index, late: null, goOn: true };
      },
      done: (index, result) => done.push(`done ${index} ${result}`),
      again: () => {},
    }),
  );
  assert.equal(done, ['over 2', 'over 1', 'over 0', 'done 0 0', 'done 1 1', 'done 2 2']);
});

test('without room another waits; the first needs none', async () => {
  const { log } = await scheduled({ count: 3, most: 3, room: (running) => running < 2 });
  assert.equal(log, ['0 at 0 beside 0', '1 at 1 beside 1', '2 at 10 beside 1']);
  const never = await scheduled({ count: 2, most: 2, room: () => false });
  assert.equal(never.log, ['0 at 0 beside 0', '1 at 10 beside 0']);
});

test('one that was late beside others is run again alone after the rest, and one fewer runs at once', async () => {
  const { log, done } = await scheduled({
    count: 4,
    most: 3,
    late: (index, attempt) => (index === 0 && attempt === 1 ? 'it was late' : null),
  });
  assert.equal(log, [
    '0 at 0 beside 0',
    '1 at 1 beside 1',
    '2 at 2 beside 2',
    'again 0: it was late',
    '3 at 12 beside 1',
    '0 at 25 beside 0',
  ]);
  assert.equal(done, ['0.2', '1.1', '2.1', '3.1']);
});

test('those that were late together make it one fewer, not several', async () => {
  const { width, log } = await scheduled({
    count: 7,
    most: 4,
    late: (index, attempt) => (index < 3 && attempt === 1 ? 'late' : null),
  });
  assert.is(width, 4);
  assert.is(Math.max(...log.slice(7).map((line) => Number(/beside (\d)/.exec(line)?.[1] ?? 0))), 2);
  assert.equal(
    log.slice(-3).map((line) => line.slice(-8)),
    ['beside 0', 'beside 0', 'beside 0'],
  );
});

test('late alone is late for good: it is not run a third time', async () => {
  const { log, done } = await scheduled({
    count: 2,
    most: 2,
    late: (index) => (index === 1 ? 'always late' : null),
  });
  assert.equal(log, ['0 at 0 beside 0', '1 at 1 beside 1', 'again 1: always late', '1 at 12 beside 0']);
  assert.equal(done, ['0.1', '1.2']);
});

test('late without ever having had company is no reason to run it again', async () => {
  const { log, done } = await scheduled({ count: 2, most: 1, late: () => 'late' });
  assert.equal(
    log.filter((line) => line.startsWith('again')),
    [],
  );
  assert.equal(done, ['0.1', '1.1']);
});

test('after one that leaves nothing to go on with no other begins; what ran is reported, in order', async () => {
  const { log, done } = await scheduled({ count: 5, most: 2, goOn: (index) => index !== 0 });
  assert.equal(log, ['0 at 0 beside 0', '1 at 1 beside 1']);
  assert.equal(done, ['0.1', '1.1']);
});

test('what is to be run again is not, once nothing more is to be started; the rest is reported around the gap', async () => {
  const { done } = await scheduled({
    count: 3,
    most: 3,
    late: (index) => (index === 0 ? 'late' : null),
    goOn: (index) => index !== 2,
  });
  assert.equal(done, ['1.1', '2.1']);
});

test('an error ends it once all have ended', async () => {
  const { done, error, seconds } = await scheduled({ count: 4, most: 2, fails: 0 });
  assert.is(error, '0 failed');
  assert.equal(done, ['1.1']);
  assert.is(seconds, 12);
});

test.run();
