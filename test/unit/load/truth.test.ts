import { test } from 'uvu';
import { type Cell, canDropSyns, cells, faultServer } from '../../support/fault-server/index.ts';
import { skipped } from '../../support/skip.ts';
import { recordTruth } from '../../support/truth-record.ts';

// The recorder's record against what the server did, in every cell, alone and among many.
const server = await faultServer();

async function record(cell: Cell, concurrency: number, mode: 'app' | 'framing') {
  // Of many at once the server accepts the last some hundred milliseconds late: no client may call that a stall.
  const stallMs = concurrency === 1 ? 500 : 3000;
  await recordTruth({ server, cell, mode, concurrency, rampMs: 300, stallMs });
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
