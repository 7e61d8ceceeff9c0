import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../../src/base/clock.ts';
import { recorder } from '../../../../src/load/recorder/recorder.ts';
import { gather, streamsAt, targetAt } from '../../../support/load.ts';

test('a start that is late is reported as late as it was', async () => {
  const server = createServer((_request, response) => void response.end('ok'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const said = gather();
  const target = targetAt('127.0.0.1', (server.address() as AddressInfo).port);
  const load = recorder(streamsAt(target, { app: null, concurrency: 2, rampMs: 100 }), said, monotonic);
  load.begin();
  // The second start is due in 50 ms, and this process is busy for 300.
  const until = performance.now() + 300;
  while (performance.now() < until);
  await said.idle(10_000);
  load.stop();
  server.close();
  const lateness = said.messages.filter(({ type }) => type === 'lateness');
  const worst = Math.max(...lateness.map(({ maxMs }) => Number(maxMs)));
  assert.ok(worst >= 200, `${worst} ms`);
  for (const { t, dueAt } of said.starts.values()) assert.ok(t >= dueAt);
  // A start that is subtracted the wrong way round would be as late as the clock is old.
  assert.ok(worst < 60_000, `${worst} ms`);
});

test.run();
