import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { malformations } from '../../../src/base/malformed.ts';
import { type Cell, faultServer, framingCells } from '../../support/fault-server/index.ts';
import { recordTruth } from '../../support/truth-record.ts';

// Every head and framing, alone and 200 at once.
const server = await faultServer();

async function record(cell: Cell, concurrency: number, mode: 'app' | 'framing') {
  const stallMs = concurrency === 1 ? 500 : 1500;
  const said = await recordTruth({ server, cell, mode, concurrency, rampMs: 200, stallMs });
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
