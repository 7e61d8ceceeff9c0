import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../src/base/clock.ts';
import { type RelayEnd, relay } from '../../../src/edge/relay.ts';
import type { Rig } from '../../support/edge-rig.ts';
import { closeOf, dial, withRig } from '../../support/relay-client.ts';
import { within } from '../../support/within.ts';

const test = suite('connections that the node does not take, and slow readers');

test(
  'a refused connection is RST for the client of a passthrough balancer',
  withRig({}, async (rig) => {
    const seen = dial(rig);
    seen.socket.write('ask');
    await seen.ended;
    assert.equal(seen.marks, ['RST']);
    const close = await rig.event('edge-close');
    assert.is(close.connect, 'refused');
    assert.match(close.upstreamLocal ?? '', /^127\.[\d.]+:\d+$/);
  }),
);

test(
  'a refused connection is FIN for the client of a proxy',
  withRig({ mode: 'proxy' }, async (rig) => {
    const seen = dial(rig);
    await seen.ended;
    assert.equal(seen.marks, ['FIN']);
    assert.is((await rig.event('edge-close')).connect, 'refused');
  }),
);

/** Listens on the node port in a stopped process with a full backlog: SYNs to it meet silence. */
async function silentNode(rig: Rig): Promise<() => Promise<void>> {
  const host = rig.nodes[0]?.address ?? '';
  const script = `require('node:net').createServer(()=>{}).listen({host:'${host}',port:${rig.nodePort},backlog:1},()=>console.log('up'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  const fillers: Socket[] = [];
  for (let index = 0; index < 10; index += 1) {
    const filler = connect({ host, port: rig.nodePort });
    filler.on('error', () => {});
    fillers.push(filler);
    const taken = await Promise.race([
      once(filler, 'connect').then(() => true),
      sleep(150).then(() => false),
    ]);
    if (!taken) break;
  }
  return async () => {
    for (const filler of fillers) filler.destroy();
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
}

test(
  'an unanswered SYN is silence until the client of a passthrough balancer goes away',
  withRig({ upstreamConnectTimeoutMs: 200 }, async (rig) => {
    const restore = await silentNode(rig);
    try {
      const seen = dial(rig);
      seen.socket.write('ask');
      await sleep(900);
      assert.equal(seen.marks, []);
      const closed = closeOf(rig, seen);
      seen.socket.destroy();
      const close = await closed;
      assert.equal([close.connect, close.connectedAt, close.node], ['abandoned', null, 'node-0']);
      assert.ok(close.connectNs > 700e6 && close.connectNs < 5e9, `${close.connectNs}`);
    } finally {
      await restore();
    }
  }),
);

test(
  'a proxy gives up an unanswered SYN after its time-out and closes',
  withRig({ mode: 'proxy', upstreamConnectTimeoutMs: 300 }, async (rig) => {
    const restore = await silentNode(rig);
    try {
      const seen = dial(rig);
      seen.socket.write('ask');
      await seen.ended;
      assert.equal(seen.marks, ['FIN']);
      const close = await rig.event('edge-close');
      assert.is(close.connect, 'timeout');
      assert.ok(close.connectNs >= 300e6 && close.connectNs < 5e9, `${close.connectNs}`);
    } finally {
      await restore();
    }
  }),
);

test(
  'a slow reader holds the writer back',
  withRig({}, async (rig) => {
    let sent = 0;
    const total = 64 * 1024 * 1024;
    const piece = Buffer.alloc(256 * 1024, 'x');
    await rig.serve('node-0', (socket) => {
      const pour = () => {
        while (sent < total && socket.writable) {
          sent += piece.length;
          if (!socket.write(piece)) return void socket.once('drain', pour);
        }
        socket.end();
      };
      pour();
    });
    const seen = dial(rig);
    seen.socket.removeAllListeners('data');
    seen.socket.pause();
    await sleep(1000);
    assert.ok(sent < total / 2, `${sent} of ${total} bytes were taken while nobody read`);
    let got = 0;
    seen.socket.on('data', (bytes) => {
      got += bytes.length;
    });
    seen.socket.resume();
    await seen.ended;
    assert.is(got, total);
    seen.socket.end();
  }),
);

test('a write to a client that met a reset (EPIPE) is a reset as well', async () => {
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const client = connect({ host: '127.0.0.1', port });
  await once(client, 'connect');
  const end = await within(
    'the end of the relay',
    new Promise<RelayEnd>((resolve) => {
      relay({
        client,
        upstream: { host: '127.0.0.1', port, localAddress: null, hello: null },
        mode: 'passthrough',
        connectTimeoutMs: 0,
        openedAt: monotonic.now(),
        now: monotonic.now,
        onSettled: () => client.destroy(Object.assign(new Error('EPIPE'), { code: 'EPIPE' })),
        onClosed: resolve,
      });
    }),
  );
  assert.is(end.clientEnd, 'rst');
  server.close();
});

test.run();
