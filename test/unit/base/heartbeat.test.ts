import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { heartbeat } from '../../../src/base/heartbeat.ts';

/** A role that is asked every 500 ms of a clock of the test's own. */
function asked(limitMs = 2000) {
  let now = 0;
  let tick = () => {};
  let listen = (_message: { readonly type: string }) => {};
  const log: string[] = [];
  let pings = 0;
  let end = () => {};
  const stop = heartbeat(
    {
      send: () => {
        pings += 1;
      },
      onMessage: (handler) => {
        listen = handler;
        return () => log.push('deaf');
      },
      exited: new Promise((resolve) => {
        end = () => resolve({ code: 0, signal: null, expected: true, stderr: '' });
      }),
    },
    {
      limitMs,
      now: () => now,
      every: (_ms, each) => {
        tick = each;
        return () => log.push('still');
      },
      answered: (ms) => log.push(`answered after ${ms}`),
      silent: (ms) => log.push(`silent for ${ms}`),
    },
  );
  return {
    log,
    stop,
    end: () => end(),
    pings: () => pings,
    answer: (afterMs = 0) => {
      now += afterMs;
      listen({ type: 'pong' });
    },
    wait: (ms: number, ticks = true) => {
      for (let left = ms; left > 0; left -= 500) {
        now += Math.min(500, left);
        if (ticks) tick();
      }
    },
    jump: (ms: number) => {
      now += ms;
      tick();
    },
  };
}

test('a role that answers is asked again and again, and nothing is reported about it', () => {
  const role = asked();
  for (let turn = 0; turn < 5; turn += 1) {
    role.wait(500);
    role.answer(3);
    role.wait(497, false);
  }
  assert.is(role.pings(), 5);
  assert.equal(new Set(role.log), new Set(['answered after 3']));
});

test('silence is reported once, at its limit, and again only after an answer', () => {
  const role = asked();
  role.wait(2000);
  assert.equal(role.log, [], 'asked at 500, silent for 1500');
  role.wait(3000);
  assert.equal(role.log, ['silent for 2000']);
  assert.is(role.pings(), 1, 'one question at a time');
  role.answer();
  role.wait(2500);
  assert.equal(role.log, ['silent for 2000', 'answered after 4500', 'silent for 2000']);
});

test('while this process itself did not run, no role is blamed', () => {
  const role = asked();
  role.wait(500);
  role.jump(10_000);
  assert.equal(role.log, []);
  role.answer();
  assert.equal(role.log, ['answered after 500'], 'its answer had waited for us');
});

test('the end of the role, or of the asking, ends it', async () => {
  const role = asked();
  role.end();
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(role.log, ['still', 'deaf']);
  const other = asked();
  other.stop();
  assert.equal(other.log, ['still', 'deaf']);
});

test('a message that answers no question is none', () => {
  const role = asked();
  role.answer();
  assert.equal(role.log, []);
});

test.run();
