import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../src/base/clock.ts';
import { type HistoryEvent, historyEvent, type Outcome } from '../../../src/history/schema.ts';
import { autocannonEngine } from '../../../src/load/autocannon/engine.ts';
import type { AutocannonConfig } from '../../../src/load/config.ts';
import { cells as allCells, canDropSyns, faultServer } from '../../support/fault-server/index.ts';
import { gather, targetAt } from '../../support/load.ts';

const server = await faultServer();
test.after(() => server.stop());

// Only Linux drops SYNs at a full backlog.
const cells = allCells.filter(({ port }) => port !== 'silent' || canDropSyns);

/** What autocannon cannot tell: it takes an interim answer for the answer, and hangs up. */
const blind: Partial<Record<string, Outcome>> = {
  'whole-interim': 'local-error',
  'fin-after-interim': 'local-error',
};

async function volley(cell: string, more: Partial<AutocannonConfig> = {}, limitMs = 30_000) {
  const said = gather();
  const config: AutocannonConfig = {
    role: 'autocannon',
    version: '9.0.0',
    load: 'background',
    trial: 0,
    target: targetAt(server.host, server.port(cell)),
    localAddresses: [],
    connections: 50,
    rate: 25,
    timeoutMs: 2500, // of the whole answer: more than a slow one takes on a busy machine
    expectStatus: 200,
    idPrefix: `${cell}-`,
    ...more,
  };
  const load = autocannonEngine(config, said, monotonic);
  load.begin();
  const least = 5;
  for (let waited = 0; said.starts.size < least && waited < limitMs; waited += 10) await monotonic.sleep(10);
  load.quiesce();
  await said.idle(limitMs);
  load.stop();
  const [summary] = said.messages
    .filter((message) => message.type === 'engine-summary')
    .map((message): HistoryEvent => historyEvent.parse(message));
  return { said, problems: summary?.type === 'engine-summary' ? summary.problems : ['no summary'] };
}

// The whole fault server is one process: a few cells at a time.
const inTurn = 4;
for (let index = 0; index < cells.length; index += inTurn) {
  const some = cells.slice(index, index + inTurn);
  test(some.map(({ name }) => name).join(', '), async () => {
    await Promise.all(
      some.map(async (cell) => {
        const { said, problems } = await volley(cell.name);
        assert.equal(problems, [], cell.name);
        assert.ok(said.starts.size >= 5);
        assert.equal(
          said.countByOutcome(),
          { [blind[cell.name] ?? cell.app]: said.starts.size },
          `${cell.name}: every request has its outcome`,
        );
      }),
    );
  });
}

test('its connections come from the addresses of the clients, in turn', async () => {
  const addresses = ['127.0.0.61', '127.0.0.62'].slice(0, process.platform === 'linux' ? 2 : 0);
  const { said, problems } = await volley('whole-length', { localAddresses: addresses });
  assert.equal(problems, []);
  const from = new Set(said.ends.map(({ local }) => local?.split(':')[0]));
  assert.equal([...from].sort(), addresses.length === 0 ? ['127.0.0.1'] : addresses);
});

test('what could not be sent is a problem of the trial', async () => {
  const { problems } = await volley('hang-no-head', { connections: 6, rate: 25, timeoutMs: 2000 });
  assert.is(problems.length, 0, 'one volley fits');
  const said = gather();
  const target = targetAt(server.host, server.port('hang-no-head'));
  const config = { connections: 6, rate: 50, timeoutMs: 2000, expectStatus: 200, idPrefix: 'x', trial: 0 };
  const load = autocannonEngine(
    { ...config, role: 'autocannon', version: '9', load: 'background', target, localAddresses: [] },
    said,
    monotonic,
  );
  load.begin();
  await monotonic.sleep(1000);
  load.cancel();
  await said.idle(10_000);
  load.stop();
  const summary = said.messages.find((message) => message.type === 'engine-summary');
  assert.match(JSON.stringify(summary?.problems), /\d+ requests were not sent: all 6 connections were busy/);
  assert.equal(said.countByOutcome(), { cancelled: 6 });
});

test.run();
