import { test } from 'uvu';
import { monotonic } from '../../../src/base/clock.ts';
import { probe } from '../../../src/load/probe/probe.ts';
import { recorder } from '../../../src/load/recorder/recorder.ts';
import { type Cell, canDropSyns, cells, faultServer } from '../../support/fault-server/index.ts';
import { checkTruth } from '../../support/fault-server/truth.ts';
import { gather, probeAt, streamsAt, targetAt } from '../../support/load.ts';
import { skipped } from '../../support/skip.ts';

// The same truth over TLS in every cell, and over IPv6 in one cell of each kind, for the recorder and the probe.
// More than the server may be late in accepting the last of many.
const stallMs = 1500;
const connectTimeoutMs = 400;
const timeoutMs = 1200;
/** 128 TLS handshakes at once are as many as one core answers within the limits. */
const secureMany = 128;

const over6 = [
  'whole-chunked',
  'refused',
  'syn-dropped',
  'rst-on-connect',
  'fin-no-head',
  'rst-mid-chunked',
  'hang-mid-body',
];

const canListen6 = await faultServer('::1').then(
  async (server) => {
    await server.stop();
    return true;
  },
  () => false,
);

const secured = (cell: Cell): Cell => ({ ...cell, app: cell.tls ?? cell.app });

type Server = Awaited<ReturnType<typeof faultServer>>;

async function record(server: Server, tls: boolean, cell: Cell, count: number) {
  const said = gather();
  const target = targetAt(server.host, server.port(cell.name), { tls, insecure: tls });
  const config = streamsAt(target, {
    concurrency: count,
    rampMs: count === 1 ? 0 : 300,
    stallMs,
    connectTimeoutMs,
    idPrefix: `${cell.name}-`,
  });
  const load = recorder(config, said, monotonic);
  load.begin();
  await said.idle(30_000);
  load.stop();
  const deeds = cell.port === 'open' ? await server.take(cell.name, count) : [];
  const limits = { stallMs, stallFrom: 'last-byte', connectTimeoutMs } as const;
  checkTruth({ cell: tls ? secured(cell) : cell, mode: 'app', count, said, deeds, ...limits });
}

async function ping(server: Server, tls: boolean, cell: Cell) {
  const said = gather();
  const target = targetAt(server.host, server.port(cell.name), { tls, insecure: tls });
  const limits = { timeoutMs, holdMs: timeoutMs, rate: 20 };
  const load = probe(probeAt(target, { ...limits, idPrefix: `${cell.name}-`, app: true }), said, monotonic);
  load.begin();
  while (said.starts.size < 2) await monotonic.sleep(1);
  load.quiesce();
  await said.idle(30_000);
  load.stop();
  const count = said.starts.size;
  const deeds = cell.port === 'open' ? await server.take(cell.name, count) : [];
  const truth = { stallMs: timeoutMs, stallFrom: 'start', connectTimeoutMs: timeoutMs } as const;
  checkTruth({ cell: tls ? secured(cell) : cell, mode: 'app', count, said, deeds, ...truth });
}

for (const { host, tls, name } of [
  { host: '127.0.0.1', tls: true, name: 'TLS' },
  { host: '::1', tls: false, name: 'IPv6' },
]) {
  if (host === '::1' && !canListen6) {
    skipped('ipv6', 'the truth over IPv6', 'no listener on ::1');
    continue;
  }
  const server = await faultServer(host, tls);
  for (const cell of cells.filter(({ name: cellName }) => tls || over6.includes(cellName))) {
    if (cell.port === 'silent' && !canDropSyns) {
      skipped('linux', `cell ${cell.name}`, 'only Linux drops SYNs at a full backlog');
      continue;
    }
    const many = Math.min(secureMany, cell.atMost ?? secureMany);
    test(`${name}, recorder, ${cell.name}, ${many} at once: ${tls ? secured(cell).app : cell.app}`, () =>
      record(server, tls, cell, many));
    test(`${name}, probe, ${cell.name}: ${tls ? secured(cell).app : cell.app}`, () =>
      ping(server, tls, cell));
  }
  test.after(() => server.stop());
}
test.run();
