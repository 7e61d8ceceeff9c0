import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../src/base/clock.ts';
import type { Lane } from '../../../src/base/connections.ts';
import { probe } from '../../../src/load/probe/probe.ts';
import { opened, settings, settingsAck } from '../../support/fault-server/frames.ts';
import { type Http2Cell, http2Cells } from '../../support/fault-server/http2-cells.ts';
import { gather, probeAt, targetAt } from '../../support/load.ts';

// What a client must make of a server's frames, alone and 200 at once: on a connection each, and all on one.
async function serving(cell: Http2Cell) {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    const { greeting } = cell;
    if (greeting === undefined) socket.write(settings());
    else if (greeting !== null) socket.write(greeting);
    const onSettings = () => {
      if (greeting === undefined) socket.write(settingsAck());
    };
    socket.on(
      'data',
      opened((stream) => cell.answer(stream, socket), onSettings),
    );
  });
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function outcomes(cell: Http2Cell, lane: Lane, count: number) {
  const server = await serving(cell);
  try {
    const said = gather();
    const timeoutMs = cell.outcome === 'hung' ? 2000 : cell.knownLate ? 4000 : 20_000;
    const config = probeAt(targetAt('127.0.0.1', server.port), {
      http: '2',
      lanes: [lane],
      app: false,
      rate: Math.max(20, count * 2),
      timeoutMs,
      holdMs: timeoutMs,
    });
    const load = probe(config, said, monotonic);
    load.begin();
    while (said.starts.size < count) await monotonic.sleep(1);
    load.quiesce();
    await said.idle(40_000);
    load.stop();
    assert.equal(said.countByOutcome(), { [cell.outcome]: said.starts.size }, `${lane}, ${count}`);
    assert.is(said.ends.length, said.starts.size, 'each ended once');
  } finally {
    server.stop();
  }
}

for (const cell of http2Cells)
  test(`${cell.name}: ${cell.outcome}`, async () => {
    await outcomes(cell, 'new', 1);
    await outcomes(cell, 'new', cell.knownLate ? 20 : 200);
    if (cell.alone) return;
    await outcomes(cell, 'reused', 1);
    await outcomes(cell, 'reused', 200);
  });

test.run();
