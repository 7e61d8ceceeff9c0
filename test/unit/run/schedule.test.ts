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
  /** How long clusters that are not wanted any more take to end. */
  readonly keepMs?: number;
}

/** Attempts of 10 s, each index 1 s longer than the one before; another may begin after 1 s. */
async function scheduled({
  count,
  most,
  room = () => true,
  late = () => null,
  goOn = () => true,
  fails,
  keepMs = 0,
}: Given) {
  const { clock, nowMs, until } = virtualTime();
  const log: string[] = [];
  const attempts = new Map<number, number>();
  const done: string[] = [];
  /** How many clusters may wait for a trial after each attempt. */
  const keeps: string[] = [];
  const lasts: string[] = [];
  let running = 0;
  let width = 0;
  const error = await until(
    schedule<string>({
      count,
      most,
      room: async () => room(running),
      pause: () => clock.sleep(500),
      async attempt(index, { began, isLast }) {
        const number = (attempts.get(index) ?? 0) + 1;
        attempts.set(index, number);
        running += 1;
        width = Math.max(width, running);
        log.push(`${index} at ${nowMs() / 1000} beside ${running - 1}`);
        await clock.sleep(1000);
        began();
        await clock.sleep(9000 + index * 1000);
        running -= 1;
        if (isLast()) lasts.push(`${index}.${number}`);
        if (index === fails) throw new Error(`${index} failed`);
        return { result: `${index}.${number}`, late: late(index, number), goOn: goOn(index) };
      },
      async keep({ most: width, left }) {
        keeps.push(`${Math.min(width - running, left)} at ${nowMs() / 1000}`);
        await clock.sleep(keepMs);
      },
      done: (_index, result) => done.push(result),
      again: (index, why) => log.push(`again ${index}: ${why}`),
    }).then(
      () => null,
      (thrown: Error) => thrown.message,
    ),
  );
  return { log, done, width, keeps, lasts, seconds: nowMs() / 1000, error };
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
      async attempt(index, { began }) {
        began();
        await clock.sleep(10_000 - index * 1000);
        done.push(`over ${index}`);
        return { result: index, late: null, goOn: true };
      },
      keep: async () => {},
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

test('a trial that was late while others ran is run again alone at the end, and one fewer runs at once', async () => {
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

test('a place that one on time has left is taken without a look at the machine', async () => {
  const looks: number[] = [];
  const { log } = await scheduled({
    count: 4,
    most: 2,
    room(running) {
      looks.push(running);
      return looks.length === 1;
    },
  });
  assert.equal(log, ['0 at 0 beside 0', '1 at 1 beside 1', '2 at 10 beside 1', '3 at 12 beside 1']);
  assert.equal(looks, [1]);
});

test('a place that one late has left is looked at', async () => {
  const looks: string[] = [];
  const { log } = await scheduled({
    count: 4,
    most: 3,
    late: (index, attempt) => (index === 0 && attempt === 1 ? 'late' : null),
    room(running) {
      looks.push(`beside ${running}`);
      return looks.length < 3;
    },
  });
  // The third finds room at 2 s, the fourth does not at 12 s.
  assert.equal(log.slice(0, 4), ['0 at 0 beside 0', '1 at 1 beside 1', '2 at 2 beside 2', 'again 0: late']);
  assert.is(looks.length, 2);
  assert.is(log[4], '3 at 12 beside 1');
});

test('one that is late after many on time leaves the number as it is; a second one soon after does not', async () => {
  const besideWith = async (late: readonly number[]) => {
    const { log } = await scheduled({
      count: 16,
      most: 3,
      late: (index, attempt) => (late.includes(index) && attempt === 1 ? 'late' : null),
    });
    return log.filter((line) => !line.startsWith('again')).map((line) => Number(line.slice(-1)));
  };
  // Six have been on time when the one with index 6 ends.
  assert.equal(await besideWith([6]), [0, 1, ...Array(14).fill(2), 0]);
  assert.ok((await besideWith([6, 8])).slice(9, 15).includes(1), 'one fewer');
  assert.ok((await besideWith([5])).slice(6, 15).includes(1), 'one fewer after five');
});

test('after enough that were on time one more runs at once again', async () => {
  const { log } = await scheduled({
    count: 12,
    most: 3,
    late: (index, attempt) => (index === 0 && attempt === 1 ? 'late' : null),
  });
  const began = log.filter((line) => !line.startsWith('again'));
  const beside = began.map((line) => Number(line.slice(-1)));
  // Two at once after the first, which ended at 10 s, until two have been on time.
  assert.equal(beside, [0, 1, 2, 1, 1, 2, 2, 2, 2, 2, 2, 2, 0]);
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

test('a cluster is kept for each that is left, as many as may run; the last ones keep none', async () => {
  const { keeps, lasts } = await scheduled({ count: 5, most: 2 });
  assert.equal(keeps, ['1 at 10', '1 at 12', '1 at 22', '0 at 25', '0 at 36']);
  assert.equal(lasts, ['3.1', '4.1']);
});

test('one fewer at once is one cluster fewer; what is run again alone finds none of before', async () => {
  const { keeps, lasts, log } = await scheduled({
    count: 6,
    most: 3,
    late: (index, attempt) => (index < 2 && attempt === 1 ? 'late' : null),
  });
  assert.equal(keeps.slice(0, 3), ['0 at 10', '1 at 12', '1 at 14'], 'two at once from 10 s on');
  assert.equal(keeps.slice(3), ['1 at 25', '0 at 28', '0 at 40', '1 at 50', '0 at 61']);
  assert.equal(log.slice(-2), ['0 at 40 beside 0', '1 at 50 beside 0']);
  assert.equal(lasts, ['4.1', '5.1', '1.2']);
});

test('a cluster that is not wanted any more has ended before another trial takes its place, or is run alone', async () => {
  const { log } = await scheduled({ count: 2, most: 1, keepMs: 3000 });
  assert.equal(log, ['0 at 0 beside 0', '1 at 13 beside 0']);
});

test('after one that leaves nothing to go on with no cluster is kept', async () => {
  const { keeps } = await scheduled({ count: 5, most: 2, goOn: (index) => index !== 0 });
  assert.equal(keeps, ['0 at 10', '0 at 12']);
});

test('nothing begins that found its room only after that', async () => {
  const log: number[] = [];
  const { clock, until } = virtualTime();
  await until(
    schedule<number>({
      count: 3,
      most: 2,
      async room() {
        await clock.sleep(200);
        return true;
      },
      pause: () => clock.sleep(500),
      async attempt(index, { began }) {
        log.push(index);
        began();
        await clock.sleep(100);
        return { result: index, late: null, goOn: false };
      },
      keep: async () => {},
      done: () => {},
      again: () => {},
    }),
  );
  assert.equal(log, [0]);
});

test('an error ends it once all have ended', async () => {
  const { done, error, seconds } = await scheduled({ count: 4, most: 2, fails: 0 });
  assert.is(error, '0 failed');
  assert.equal(done, ['1.1']);
  assert.is(seconds, 12);
});

test.run();
