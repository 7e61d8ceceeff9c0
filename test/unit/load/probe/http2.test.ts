import { createServer, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { selfSigned } from '../../../../src/base/certificate.ts';
import { monotonic } from '../../../../src/base/clock.ts';
import type { Lane } from '../../../../src/base/connections.ts';
import type { Outcome } from '../../../../src/history/schema.ts';
import type { LoadTarget, ProbeConfig } from '../../../../src/load/config.ts';
import { probe } from '../../../../src/load/probe/probe.ts';
import { chunkLine, endLine } from '../../../../src/workload/protocol.ts';
import { type Answer, http2Server } from '../../../support/http2-server.ts';
import { gather, probeAt, targetAt } from '../../../support/load.ts';
import { freePort } from '../../../support/node-port.ts';

const certificate = selfSigned('app.test');
const path = {
  endpointNode: 'n',
  endpointPod: 'p',
  ingressNode: null,
  ingressPod: null,
  source: '127.0.0.1',
};
const body = chunkLine(0, path, 0) + endLine(1);
const whole: Answer = (stream) => {
  if (stream.destroyed) return; // given up meanwhile, by a probe that this machine held up
  stream.respond({ ':status': 200 });
  stream.end(body);
};

/** Probes until `count` are sent, then waits for all of their ends. */
async function run(target: LoadTarget, count: number, more: Partial<ProbeConfig> = {}) {
  const said = gather();
  const limits = { rate: 50, timeoutMs: 5000, holdMs: 5000 };
  const load = probe(probeAt(target, { ...limits, http: '2', app: true, ...more }), said, monotonic);
  load.begin();
  while (said.starts.size < count) await monotonic.sleep(1);
  load.quiesce();
  await said.idle(20_000);
  load.stop();
  assert.is(said.ends.length, said.starts.size, 'each ended once');
  return said;
}

/** What a server does, and what its requests are to be called. */
const truths: [string, Answer, Outcome, string | null][] = [
  ['a whole answer', whole, 'completed', null],
  [
    'a whole answer in pieces',
    (stream) => {
      stream.respond({ ':status': 200 });
      stream.write(body.slice(0, 20));
      setTimeout(() => stream.end(body.slice(20)), 50);
    },
    'completed',
    null,
  ],
  [
    'another status',
    (stream) => {
      stream.respond({ ':status': 503 });
      stream.end('no available server');
    },
    'http-error',
    null,
  ],
  [
    'the end of the stream without the end marker',
    (stream) => {
      stream.respond({ ':status': 200 });
      stream.end(body.slice(0, -5));
    },
    'truncated',
    null,
  ],
  [
    'a gap',
    (stream) => {
      stream.respond({ ':status': 200 });
      stream.end(chunkLine(1, null, 0) + endLine(2));
    },
    'wrong-body',
    null,
  ],
  [
    'RST_STREAM before the head',
    (stream) => stream.close(2),
    'reset-before-response',
    'NGHTTP2_INTERNAL_ERROR',
  ],
  ['REFUSED_STREAM', (stream) => stream.close(7), 'refused-unprocessed', 'NGHTTP2_REFUSED_STREAM'],
  [
    'RST_STREAM in the body',
    (stream) => {
      stream.respond({ ':status': 200 });
      stream.write(body.slice(0, 20));
      // close() would end the stream in order first.
      setTimeout(() => stream.destroy(new Error('reset')), 50);
    },
    'reset-mid-body',
    'NGHTTP2_INTERNAL_ERROR',
  ],
  [
    'GOAWAY with an error before the head',
    (stream) => stream.session?.goaway(2),
    'reset-before-response',
    'NGHTTP2_INTERNAL_ERROR',
  ],
  ['FIN before the head', (_stream, tcp) => tcp.destroy(), 'closed-before-response', null],
  ['RST before the head', (_stream, tcp) => tcp.resetAndDestroy(), 'reset-before-response', 'ECONNRESET'],
  [
    'FIN in the body',
    (stream, tcp) => {
      stream.respond({ ':status': 200 });
      stream.write(body.slice(0, 20));
      setTimeout(() => tcp.destroy(), 50);
    },
    'truncated',
    null,
  ],
  [
    'RST in the body',
    (stream, tcp) => {
      stream.respond({ ':status': 200 });
      stream.write(body.slice(0, 20));
      setTimeout(() => tcp.resetAndDestroy(), 50);
    },
    'reset-mid-body',
    'ECONNRESET',
  ],
  ['silence before the head', () => {}, 'hung', null],
  [
    'silence in the body',
    (stream) => {
      stream.respond({ ':status': 200 });
      stream.write(body.slice(0, 20));
    },
    'hung',
    null,
  ],
];

for (const tls of [false, true])
  for (const lane of ['new', 'reused'] as Lane[])
    for (const [what, answer, outcome, errno] of truths)
      test(`${tls ? 'TLS' : 'cleartext'}, ${lane} lane, ${what}: ${outcome}`, async () => {
        const server = await http2Server(answer, tls ? { certificate } : {});
        const target = targetAt('127.0.0.1', server.port, { tls, insecure: tls });
        const limits = outcome === 'hung' ? { timeoutMs: 400, holdMs: 400 } : {};
        const said = await run(target, 1, { lanes: [lane], rate: 4, ...limits });
        await server.stop();
        assert.equal(said.countByOutcome(), { [outcome]: said.ends.length });
        for (const end of said.ends) {
          assert.is(end.errno, errno);
          assert.match(end.local ?? '', /^127\.0\.0\.1:\d+$/);
          assert.ok((end.connectedAt ?? 0) >= (said.starts.get(end.id)?.t ?? 0));
          if (outcome === 'completed') assert.equal(end.path, path);
          if (outcome === 'hung')
            assert.is(Math.round((end.t - (said.starts.get(end.id)?.t ?? 0)) / 1e6), 400);
        }
      });

test('the new lane opens a connection for each request', async () => {
  const server = await http2Server(whole);
  const said = await run(targetAt('127.0.0.1', server.port), 10);
  assert.equal(said.countByOutcome(), { completed: said.ends.length });
  assert.is(server.connections, said.ends.length);
  assert.is(new Set(said.ends.map((end) => end.local)).size, said.ends.length);
  assert.ok(said.ends.every((end) => end.freshConnection === null));
  await server.stop();
});

test('the reused lane sends all on one connection, also while earlier ones wait', async () => {
  const server = await http2Server((stream, tcp, nth) => {
    // Every answer takes five times as long as the requests are apart.
    setTimeout(() => {
      if (!stream.destroyed) whole(stream, tcp, nth);
    }, 100);
  });
  const said = await run(targetAt('127.0.0.1', server.port), 20, { lanes: ['reused'] });
  assert.equal(said.countByOutcome(), { completed: said.ends.length });
  assert.is(server.connections, 1);
  assert.is(said.ends.filter((end) => end.freshConnection).length, 1);
  await server.stop();
});

test('a connection that dies takes what is in flight with it, once; the next request opens another', async () => {
  const server = await http2Server((stream, tcp, nth) => {
    if (nth < 5) return whole(stream, tcp, nth);
    if (nth === 7) return tcp.resetAndDestroy();
    if (nth > 7) return whole(stream, tcp, nth);
  });
  const said = await run(targetAt('127.0.0.1', server.port), 12, { lanes: ['reused'] });
  assert.equal(said.countByOutcome(), {
    completed: said.ends.length - 3,
    'reset-before-response': 3,
  });
  assert.is(server.connections, 2);
  assert.is(server.requests.length, said.ends.length, 'nothing is sent twice');
  assert.is(said.ends.filter((end) => end.freshConnection).length, 2);
  await server.stop();
});

test('GOAWAY in order: what is in flight is finished, the next request opens another', async () => {
  const server = await http2Server((stream, tcp, nth) => {
    if (nth === 3) stream.session?.goaway(0);
    setTimeout(() => whole(stream, tcp, nth), 50);
  });
  const said = await run(targetAt('127.0.0.1', server.port), 10, { lanes: ['reused'] });
  assert.equal(said.countByOutcome(), { completed: said.ends.length });
  assert.is(server.connections, 2);
  await server.stop();
});

test('a connection that fell silent gets no further requests', async () => {
  const silent = new Set<Socket>();
  const server = await http2Server((stream, tcp, nth) => {
    if (nth === 3) silent.add(tcp);
    if (!silent.has(tcp)) whole(stream, tcp, nth);
  });
  const said = await run(targetAt('127.0.0.1', server.port), 40, { lanes: ['reused'], timeoutMs: 200 });
  const hung = said.countByOutcome().hung ?? 0;
  // 200 ms at 50 a second.
  assert.ok(hung >= 5 && hung <= 20, `${hung} hung`);
  assert.equal(said.countByOutcome(), { completed: said.ends.length - hung, hung });
  assert.is(server.connections, 2);
  await server.stop();
});

test('requests carry host, id and the users own headers, and none of a connection', async () => {
  const server = await http2Server(whole, { certificate });
  const headers = { 'X-Own': 'yes', Connection: 'keep-alive', TE: 'gzip' };
  const target = targetAt('127.0.0.1', server.port, { tls: true, insecure: true, headers });
  const said = await run(target, 1, { lanes: ['reused'] });
  assert.equal(said.countByOutcome(), { completed: said.ends.length });
  const sent = server.requests[0]?.headers ?? {};
  assert.is(sent[':authority'], 'app.test');
  assert.is(sent[':scheme'], 'https');
  assert.is(sent[':path'], '/short?id=0-probe-0');
  assert.is(sent['x-midflight-id'], '0-probe-0');
  assert.is(sent['x-own'], 'yes');
  assert.is(sent.connection, undefined);
  assert.is(sent.te, undefined);
  await server.stop();
});

test('any URL as it is: HTTP/2 framing decides', async () => {
  const server = await http2Server((stream) => {
    stream.respond({ ':status': 200 });
    stream.end('anything');
  });
  const said = await run(targetAt('127.0.0.1', server.port, { path: '/any?x=1' }), 2, { app: false });
  assert.equal(said.countByOutcome(), { completed: said.ends.length });
  assert.is(server.requests[0]?.path, '/any?x=1');
  assert.is(server.requests[0]?.headers['x-midflight-id'], undefined);
  await server.stop();
});

test('nobody listens: refused', async () => {
  const port = await freePort('127.0.0.1');
  for (const lanes of [['new'], ['reused']] as Lane[][]) {
    const said = await run(targetAt('127.0.0.1', port), 3, { lanes });
    assert.equal(said.countByOutcome(), { refused: said.ends.length });
    assert.ok(said.ends.every((end) => end.errno === 'ECONNREFUSED' && end.connectedAt === null));
  }
});

test('a server that speaks HTTP/1.1 only: malformed', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const said = await run(targetAt('127.0.0.1', port), 2);
  server.close();
  assert.equal(said.countByOutcome(), { malformed: said.ends.length });
});

test.run();
