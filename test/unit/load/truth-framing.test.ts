import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../src/base/clock.ts';
import { malformations } from '../../../src/base/malformed.ts';
import { recorder } from '../../../src/load/recorder/recorder.ts';
import { type Cell, faultServer, framingCells } from '../../support/fault-server/index.ts';
import { checkTruth } from '../../support/fault-server/truth.ts';
import { gather, streamsAt, targetAt } from '../../support/load.ts';

// Every head and framing, alone and 200 at once.
const server = await faultServer();
const stallOf = (count: number) => (count === 1 ? 500 : 1500);
const connectTimeoutMs = 400;

async function record(cell: Cell, concurrency: number, mode: 'app' | 'framing') {
  const said = gather();
  const stallMs = stallOf(concurrency);
  const config = streamsAt(targetAt(server.host, server.port(cell.name)), {
    concurrency,
    rampMs: concurrency === 1 ? 0 : 200,
    stallMs,
    connectTimeoutMs,
    idPrefix: `${cell.name}-`,
    ...(mode === 'framing' ? { app: null } : {}),
  });
  const load = recorder(config, said, monotonic);
  load.begin();
  await said.idle(30_000);
  load.stop();
  const deeds = await server.take(cell.name, concurrency);
  checkTruth({
    cell,
    mode,
    count: concurrency,
    said,
    deeds,
    stallMs,
    stallFrom: 'last-byte',
    connectTimeoutMs,
  });
  for (const { outcome, errno } of said.ends)
    if (outcome === 'malformed') assert.ok(Object.hasOwn(malformations, errno ?? ''), `reason ${errno}`);
}

for (const cell of framingCells)
  test(`${cell.name}: ${cell.app}`, async () => {
    await record(cell, 1, 'app');
    await record(cell, 1, 'framing');
    await record(cell, 200, 'framing');
  });

test.after(() => server.stop());
test.run();
