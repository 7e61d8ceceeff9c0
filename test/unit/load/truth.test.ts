import { test } from 'uvu';
import { monotonic } from '../../../src/base/clock.ts';
import { recorder } from '../../../src/load/recorder/recorder.ts';
import { type Cell, canDropSyns, cells, faultServer } from '../../support/fault-server/index.ts';
import { checkTruth } from '../../support/fault-server/truth.ts';
import { gather, streamsAt, targetAt } from '../../support/load.ts';
import { skipped } from '../../support/skip.ts';

// The recorder's record against what the server did, in every cell, alone and among many.
const server = await faultServer();
/** Of many at once the server accepts the last some hundred milliseconds late: no client may call that a stall. */
const stallOf = (count: number) => (count === 1 ? 500 : 3000);
const connectTimeoutMs = 400;

async function record(cell: Cell, concurrency: number, mode: 'app' | 'framing') {
  const said = gather();
  const stallMs = stallOf(concurrency);
  const config = streamsAt(targetAt(server.host, server.port(cell.name)), {
    concurrency,
    rampMs: concurrency === 1 ? 0 : 300,
    stallMs,
    connectTimeoutMs,
    idPrefix: `${cell.name}-`,
    ...(mode === 'framing' ? { app: null } : {}),
  });
  const load = recorder(config, said, monotonic);
  load.begin();
  await said.idle(30_000);
  load.stop();
  checkTruth({
    cell,
    mode,
    count: concurrency,
    said,
    deeds: cell.port === 'open' ? await server.take(cell.name, concurrency) : [],
    stallMs,
    stallFrom: 'last-byte',
    connectTimeoutMs,
  });
}

for (const cell of cells) {
  if (cell.port === 'silent' && !canDropSyns) {
    skipped('linux', `cell ${cell.name}`, 'only Linux drops SYNs at a full backlog');
    continue;
  }
  for (const mode of ['app', 'framing'] as const)
    test(`${cell.name}, alone, ${mode}: ${cell[mode]}`, () => record(cell, 1, mode));
  const many = Math.min(2000, cell.atMost ?? 2000);
  test(`${cell.name}, ${many} at once, app: ${cell.app}`, () => record(cell, many, 'app'));
}

test.after(() => server.stop());
test.run();
