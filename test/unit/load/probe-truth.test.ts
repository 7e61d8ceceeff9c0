import { test } from 'uvu';
import { monotonic } from '../../../src/base/clock.ts';
import type { Message } from '../../../src/base/role.ts';
import { probe } from '../../../src/load/probe/probe.ts';
import { type Cell, canDropSyns, cells, faultServer } from '../../support/fault-server/index.ts';
import { checkTruth } from '../../support/fault-server/truth.ts';
import { gather, probeAt, targetAt } from '../../support/load.ts';
import { skipped } from '../../support/skip.ts';
import { turns } from '../../support/turns.ts';

// The probe's record against what the server did, in every cell, alone and among many. Cells run side by side, each on a
// port of its own; the three runs of one cell come one after the other, as the server tells them apart by their port only.
const server = await faultServer();
const silentMs = 1200;
/** Where the server speaks, a time-out is no part of the truth: late enough for a machine with other work. */
const spokenMs = 8000;
const isSilent = ({ certain }: Cell) => certain !== 'at-once';
/**
 * Sending is work: more at once, and a busy machine's probe is late for all of them. A place is held until all is told, so
 * that a probe that closes its sockets late does not gather them.
 */
const sending = turns(2);
/** Silent cells keep all their sockets while they wait, which is no work. They send first, as they need the longest. */
const waiting = turns(1);

async function record(cell: Cell, count: number, mode: 'app' | 'framing') {
  const timeoutMs = isSilent(cell) ? silentMs : spokenMs;
  const said = gather();
  const config = probeAt(targetAt(server.host, server.port(cell.name)), {
    rate: Math.max(count, 20),
    timeoutMs,
    holdMs: timeoutMs,
    idPrefix: `${cell.name}-`,
    app: mode === 'app',
  });
  const load = await (count > 1 && isSilent(cell) ? sending(send, true) : send());
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

  /** Resolves when enough are sent. Right then no more are: a probe that was held up would catch up with a burst. */
  async function send() {
    let enough = () => {};
    const sentAll = new Promise<void>((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`${said.starts.size} of ${count} sent`)), 30_000);
      enough = () => {
        clearTimeout(limit);
        resolve();
      };
    });
    const emit = (message: Message) => {
      said.emit(message);
      if (said.starts.size >= count) enough();
    };
    const begun = probe(config, { emit }, monotonic);
    begun.begin();
    await sentAll;
    begun.quiesce();
    return begun;
  }
}

const begins: (() => void)[] = [];

/** Adds a test whose work begins after `before`, whatever came of it, and is awaited in its turn. */
function add(name: string, before: Promise<void>, work: () => Promise<void>): Promise<void> {
  const done = before.then(work, work);
  done.catch(() => {}); // told by the test
  test(name, () => done);
  return done;
}

for (const cell of cells) {
  if (cell.port === 'silent' && !canDropSyns) {
    skipped('linux', `cell ${cell.name}`, 'only Linux drops SYNs at a full backlog');
    continue;
  }
  let last = new Promise<void>((resolve) => begins.push(resolve));
  for (const mode of ['app', 'framing'] as const)
    last = add(`${cell.name}, alone, ${mode}: ${cell[mode]}`, last, () => record(cell, 1, mode));
  const many = Math.min(2000, cell.atMost ?? 2000);
  const inTurn = isSilent(cell) ? waiting : sending;
  add(`${cell.name}, ${many} within a second, app: ${cell.app}`, last, () =>
    inTurn(() => record(cell, many, 'app')),
  );
}

test.before(() => {
  for (const begin of begins) begin();
});
test.after(() => server.stop());
test.run();
