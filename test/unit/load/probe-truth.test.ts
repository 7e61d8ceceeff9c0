import { test } from 'uvu';
import { monotonic } from '../../../src/base/clock.ts';
import { probe } from '../../../src/load/probe/probe.ts';
import { type Cell, canDropSyns, cells, faultServer } from '../../support/fault-server/index.ts';
import { checkTruth } from '../../support/fault-server/truth.ts';
import { gather, probeAt, targetAt } from '../../support/load.ts';
import { skipped } from '../../support/skip.ts';

// The probe's record against what the server did, in every cell, alone and among many.
const server = await faultServer();
const timeoutMs = 1200;

async function record(cell: Cell, count: number, mode: 'app' | 'framing') {
  const said = gather();
  const config = probeAt(targetAt(server.host, server.port(cell.name)), {
    rate: Math.max(count, 20),
    timeoutMs,
    holdMs: timeoutMs,
    idPrefix: `${cell.name}-`,
    app: mode === 'app',
  });
  const load = probe(config, said, monotonic);
  load.begin();
  while (said.starts.size < count) await monotonic.sleep(1);
  load.quiesce();
  await said.idle(30_000);
  load.stop();
  const sent = said.starts.size;
  checkTruth({
    cell,
    mode,
    count: sent,
    said,
    deeds: cell.port === 'open' ? await server.take(cell.name, sent) : [],
    stallMs: timeoutMs,
    stallFrom: 'start',
    connectTimeoutMs: timeoutMs,
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
  test(`${cell.name}, ${many} within a second, app: ${cell.app}`, () => record(cell, many, 'app'));
}

test.after(() => server.stop());
test.run();
