import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { type AddressInfo, createServer as createPlainServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, createServer } from 'node:tls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { selfSigned } from '../../../src/base/certificate.ts';
import { launchChild } from '../../../src/base/child.ts';
import { monotonic } from '../../../src/base/clock.ts';
import { roleBundle } from '../../../src/base/package.ts';
import type { LoadTarget, ProbeConfig } from '../../../src/load/config.ts';
import { probe } from '../../../src/load/probe/probe.ts';
import { recorder } from '../../../src/load/recorder/recorder.ts';
import { probeProtocol } from '../../../src/load/reports.ts';
import { chunkLine, endLine } from '../../../src/workload/protocol.ts';
import { faultServer } from '../../support/fault-server/index.ts';
import { gather, probeAt, streamsAt, targetAt } from '../../support/load.ts';
import { skipped } from '../../support/skip.ts';
import '../../support/bundles.ts';

const shop = selfSigned('shop.test');
const other = selfSigned('other.test');
const body = chunkLine(0, null, 64) + endLine(1);

/** What a client told a TLS server of itself. */
interface Greeting {
  readonly servername: string | false | null;
  readonly alpn: string | false | null;
  readonly host: string | null;
}

/** Knows two names; speaks HTTP/1.1 and HTTP/2, as asked. */
async function secureServer(host = '127.0.0.1') {
  const greetings: Greeting[] = [];
  const server = createSecureServer(
    {
      ...other,
      allowHTTP1: true,
      SNICallback: (name, done) => done(null, createSecureContext(name === 'shop.test' ? shop : other)),
    },
    ({ socket, headers }, response) => {
      const { servername = null, alpnProtocol } = 'servername' in socket ? socket : { alpnProtocol: null };
      greetings.push({ servername, alpn: alpnProtocol, host: headers[':authority'] ?? headers.host ?? null });
      response.end(body);
    },
  );
  server.on('sessionError', () => {});
  server.on('tlsClientError', () => {});
  servers.add(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { port, greetings, close: () => server.close() };
}

const secure = (port: number, more: Partial<LoadTarget> = {}) =>
  targetAt('127.0.0.1', port, { tls: true, hostname: 'shop.test', ...more });

/** Ends servers even where an assertion failed before their close: an open one would keep the test's process. */
const servers = new Set<{ close(): unknown }>();
test.after(() => {
  for (const server of servers) server.close();
});

async function probed(target: LoadTarget, more: Partial<ProbeConfig> = {}) {
  const said = gather();
  const load = probe(probeAt(target, { rate: 50, app: true, ...more }), said, monotonic);
  load.begin();
  while (said.starts.size < 2) await monotonic.sleep(1);
  load.quiesce();
  await said.idle(20_000);
  load.stop();
  return said;
}

async function recorded(target: LoadTarget) {
  const said = gather();
  const load = recorder(streamsAt(target, { concurrency: 2 }), said, monotonic);
  load.begin();
  await said.idle(20_000);
  load.stop();
  return said;
}

for (const http of ['1.1', '2'] as const)
  for (const lane of ['new', 'reused'] as const)
    test(`probe, HTTP/${http}, ${lane} lane: SNI, ALPN and host`, async () => {
      const server = await secureServer();
      const said = await probed(secure(server.port, { insecure: true, hostname: 'shop.test:8443' }), {
        http,
        lanes: [lane],
      });
      server.close();
      assert.equal(said.countByOutcome(), { completed: said.ends.length });
      const expected = {
        servername: 'shop.test',
        alpn: http === '2' ? 'h2' : 'http/1.1',
        host: 'shop.test:8443',
      };
      for (const greeting of server.greetings) assert.equal(greeting, expected);
      assert.is(server.greetings.length, said.ends.length);
    });

test('recorder: SNI, ALPN and host', async () => {
  const server = await secureServer();
  const said = await recorded(secure(server.port, { insecure: true }));
  server.close();
  assert.equal(said.countByOutcome(), { completed: 2 });
  const expected = { servername: 'shop.test', alpn: 'http/1.1', host: 'shop.test' };
  assert.equal(server.greetings, [expected, expected]);
});

test('an address is no server name', async () => {
  const server = await secureServer();
  for (const hostname of ['127.0.0.1', '[::1]:443']) {
    const said = await probed(secure(server.port, { insecure: true, hostname }));
    assert.equal(said.countByOutcome(), { completed: said.ends.length }, hostname);
  }
  server.close();
  assert.ok(server.greetings.every(({ servername }) => !servername));
});

test('a certificate that nobody vouches for is rejected, and nothing is sent', async () => {
  const server = await secureServer();
  const target = secure(server.port);
  const all = [await recorded(target), await probed(target), await probed(target, { http: '2' })];
  server.close();
  for (const said of all) {
    assert.equal(said.countByOutcome(), { 'tls-rejected': said.ends.length });
    assert.ok(said.ends.every(({ errno }) => errno === 'DEPTH_ZERO_SELF_SIGNED_CERT'));
  }
  assert.is(server.greetings.length, 0);
});

test('with its authority known, the right name is served and a wrong one is an error', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'midflight-tls-'));
  const file = join(folder, 'ca.pem');
  writeFileSync(file, shop.cert + other.cert);
  const server = await secureServer();
  const run = async (http: '1.1' | '2', hostname: string) => {
    const child = await launchChild({
      command: process.execPath,
      args: [roleBundle('probe')],
      protocol: probeProtocol,
      name: 'probe',
      config: probeAt(secure(server.port, { hostname }), { http, rate: 20, app: true }),
      env: { NODE_EXTRA_CA_CERTS: file },
    });
    const end = await new Promise<{ outcome: unknown; errno: unknown }>((resolve) => {
      child.onMessage((message) => {
        if (message.type === 'end') resolve({ outcome: message.outcome, errno: message.errno });
      });
      child.send({ type: 'begin' });
    });
    await child.stop();
    return `${end.outcome} ${end.errno}`;
  };
  try {
    for (const http of ['1.1', '2'] as const) {
      assert.is(await run(http, 'shop.test'), 'completed null');
      assert.is(await run(http, 'other.test'), 'completed null');
      assert.is(await run(http, 'third.test'), 'tls-rejected ERR_TLS_CERT_ALTNAME_INVALID');
    }
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a TLS server without HTTP/2: malformed for HTTP/2, whole for HTTP/1.1', async () => {
  const server = createServer({ ...shop, ALPNProtocols: ['http/1.1'] }, (socket) => {
    socket.on('error', () => {});
    socket.once('data', () =>
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`),
    );
  });
  server.on('tlsClientError', () => {});
  servers.add(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target = secure((server.address() as AddressInfo).port, { insecure: true });
  const said = await probed(target, { http: '2' });
  assert.equal(said.countByOutcome(), { malformed: said.ends.length });
  assert.ok(said.ends.every(({ errno }) => errno === 'no-http2'));
  const plain = await probed(target);
  assert.equal(plain.countByOutcome(), { completed: plain.ends.length });
  server.close();
});

test('a server that does not speak TLS: no handshake', async () => {
  const server = createPlainServer((socket) => {
    socket.on('error', () => {});
    socket.write('SSH-2.0-OpenSSH_9.6\r\n');
    socket.resume();
  });
  servers.add(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target = secure((server.address() as AddressInfo).port, { insecure: true });
  for (const said of [await probed(target), await probed(target, { http: '2' }), await recorded(target)])
    assert.equal(said.countByOutcome(), { 'tls-failed': said.ends.length });
  server.close();
});

for (const http of ['1.1', '2'] as const) {
  test(`HTTP/${http}: SYNs without an answer`, async () => {
    if (process.platform !== 'linux') return skipped('linux', 'dropped SYNs', 'only Linux drops them');
    const server = await faultServer();
    for (const lane of ['new', 'reused'] as const) {
      const said = await probed(targetAt('127.0.0.1', server.port('syn-dropped')), {
        http,
        lanes: [lane],
        timeoutMs: 150,
        holdMs: 400,
      });
      assert.equal(said.countByOutcome(), { 'connect-timeout': said.ends.length });
      for (const end of said.ends)
        assert.is(Math.round((end.t - (said.starts.get(end.id)?.t ?? 0)) / 1e6), 400);
    }
    await server.stop();
  });

  test(`HTTP/${http}: IPv6, with and without TLS`, async () => {
    const server = await secureServer('::1').catch(() => null);
    if (server === null) return skipped('ipv6', `HTTP/${http} over IPv6`, 'no listener on ::1');
    for (const family of [0, 6] as const) {
      const target = { ...secure(server.port, { insecure: true }), host: '::1' };
      const said = await probed(target, { http, family, localAddresses: ['::1'] });
      assert.equal(said.countByOutcome(), { completed: said.ends.length });
      assert.ok(said.ends.every(({ local }) => /^\[::1\]:\d+$/.test(local ?? '')));
    }
    server.close();
  });

  test(`HTTP/${http}: an address of another family is refused before anything is sent`, () => {
    const config = (host: string, family: 4 | 6) => probeAt(targetAt(host, 80), { http, family });
    for (const [host, family] of [
      ['::1', 4],
      ['127.0.0.1', 6],
    ] as const)
      assert.throws(
        () => probe(config(host, family), gather(), monotonic),
        (error: Error) => error.message === `${host} is no IPv${family} address`,
      );
  });
}

test.run();
