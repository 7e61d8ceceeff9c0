import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Clock, monotonic } from '../../../../src/base/clock.ts';
import { timersOf } from '../../../../src/base/timers.ts';
import { watchReadiness } from '../../../../src/cluster/node/readiness.ts';
import { eventually } from '../../../support/node-port.ts';
import { fakeClock } from '../control-plane/fake-clock.ts';

interface Seen {
  asks: number;
  readonly paths: Set<string>;
  readonly said: string[];
  stop(): void;
  /** To every ask that waits for its answer. */
  answer(status: number): void;
}

/** A pod whose answer to the n-th ask the test gives, and what the watch said. `null`: no answer. */
async function watched(
  statusOf: (ask: number) => number | null,
  work: (seen: Seen) => Promise<void>,
  probe: Partial<Parameters<typeof watchReadiness>[0]['probe']> = {},
  { clock = monotonic as Clock, runningMs = 0 } = {},
) {
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    open.add(response);
    seen.paths.add(request.url ?? '');
    const status = statusOf(seen.asks);
    seen.asks += 1;
    if (status !== null) response.writeHead(status).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const seen: Seen = {
    asks: 0,
    paths: new Set<string>(),
    said: [],
    stop() {},
    answer(status) {
      for (const response of open) response.writeHead(status).end();
    },
  };
  // Asked each 100 ms of real time; an answer has 2 s.
  seen.stop = watchReadiness({
    probe: {
      httpGet: { path: '/ping', port: 1 },
      periodSeconds: 1,
      timeoutSeconds: 20,
      failureThreshold: 3,
      successThreshold: 1,
      initialDelaySeconds: 0,
      ...probe,
    },
    address: { host: '127.0.0.1', port },
    timeScale: 10,
    timers: timersOf(clock),
    runningMs,
    onChange: (ready) => seen.said.push(`${ready ? 'ready' : 'not ready'} after ${seen.asks}`),
  });
  try {
    await work(seen);
  } finally {
    seen.stop();
    for (const response of open) response.destroy();
    server.close();
  }
}

async function until(holds: () => boolean, what: string): Promise<void> {
  assert.ok(await eventually(holds), what);
}

test("the first check comes at once, at the probe's path", () =>
  watched(
    () => 200,
    async (seen) => {
      await until(() => seen.said.length > 0, 'ready');
      assert.equal([seen.said, [...seen.paths]], [['ready after 1'], ['/ping']]);
    },
    { periodSeconds: 3600 },
  ));

for (const [status, ready] of [
  [200, true],
  [204, true],
  [302, true],
  [399, true],
  [400, false],
  [404, false],
  [503, false],
] as const)
  test(`${status} is ${ready ? 'ready' : 'not ready'}`, () =>
    watched(
      () => status,
      async (seen) => {
        await until(() => seen.asks >= 4, 'asked again');
        assert.is(seen.said.length, ready ? 1 : 0);
      },
    ));

test('as many failures in a row as the threshold are needed, no more, and one good answer is enough', () =>
  // Ready and two failures by turns; three failures, once; ready from then on.
  watched(
    (ask) => ((ask % 3 === 0 && ask !== 15) || ask > 15 ? 200 : 503),
    async (seen) => {
      await until(() => seen.asks >= 22, 'asked often');
      assert.equal(
        seen.said.map((each) => each.replace(/ after .*/, '')),
        ['ready', 'not ready', 'ready'],
      );
      const [first, second] = seen.said;
      assert.is(first, 'ready after 1');
      assert.ok(Number(second?.split(' ').at(-1)) >= 16, second);
    },
  ));

test('no answer within the time-out is a failure', () =>
  watched(
    (ask) => (ask === 0 ? 200 : null),
    async (seen) => {
      await until(() => seen.said.length >= 2, `said ${seen.said}`);
      assert.is(seen.said[0], 'ready after 1');
      assert.match(seen.said[1] ?? '', /^not ready/);
    },
    { timeoutSeconds: 2 },
  ));

test('if nothing listens, it is not ready', async () => {
  const said: boolean[] = [];
  const stop = watchReadiness({
    probe: {
      httpGet: { path: '/', port: 1 },
      periodSeconds: 1,
      timeoutSeconds: 1,
      failureThreshold: 1,
      successThreshold: 1,
      initialDelaySeconds: 0,
    },
    address: { host: '127.0.0.1', port: 1 },
    timeScale: 50,
    timers: timersOf(monotonic),
    onChange: (ready) => said.push(ready),
  });
  await monotonic.sleep(200);
  stop();
  assert.equal(said, []);
});

test('the period and the time-out are those of the clock', () => {
  const clock = fakeClock();
  return watched(
    (ask) => (ask === 0 ? 200 : null),
    async (seen) => {
      await until(() => seen.said.length === 1, 'ready');
      await clock.advance(99);
      assert.is(seen.asks, 1);
      await clock.advance(1);
      await until(() => seen.asks === 2, 'asked again after a period');
      await clock.advance(999);
      assert.is(seen.said.length, 1);
      await clock.advance(1);
      await until(() => seen.said.length === 2, 'given up at the time-out');
    },
    { timeoutSeconds: 10, failureThreshold: 1 },
    { clock },
  );
});

test('once stopped it reports nothing about a check under way', () =>
  watched(
    () => null,
    async (seen) => {
      await until(() => seen.asks > 0, 'asked');
      seen.stop();
      seen.answer(200);
      await monotonic.sleep(200);
      assert.equal(seen.said, []);
    },
    { periodSeconds: 3600 },
  ));

test('with successThreshold it takes as many good answers in a row, and with none in between it begins anew', () =>
  watched(
    (ask) => (ask === 2 ? 503 : 200),
    async (seen) => {
      await until(() => seen.said.length > 0, 'ready');
      assert.equal(seen.said, ['ready after 6']);
    },
    { successThreshold: 3 },
  ));

test('the first check comes initialDelaySeconds after the start of the container', async () => {
  const waits: number[] = [];
  for (const runningMs of [0, 300]) {
    const began = performance.now();
    await watched(
      () => 200,
      async (seen) => {
        await until(() => seen.asks > 0, 'asked');
        waits.push(performance.now() - began);
      },
      { periodSeconds: 3600, initialDelaySeconds: 4 },
      { runningMs },
    );
  }
  // 4 s are 400 ms here; of them the second container has been running for 300 already. A timer is never early.
  const [whole = 0, rest = 0] = waits;
  assert.ok(whole >= 399, `${whole} ms`);
  assert.ok(rest >= 99, `${rest} ms`);
});

test('once stopped it makes no more checks', () =>
  watched(
    (ask) => (ask === 0 ? 200 : 503),
    async (seen) => {
      await until(() => seen.said.length > 0, 'ready');
      await until(() => seen.asks >= 2, 'asked again');
      seen.stop();
      await monotonic.sleep(250); // an ask under way may still arrive
      const asked = seen.asks;
      await monotonic.sleep(500);
      assert.equal([seen.said, seen.asks], [['ready after 1'], asked]);
    },
  ));

test.run();
