import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { selfSigned } from '../../../src/base/certificate.ts';
import { monotonic } from '../../../src/base/clock.ts';
import type { Message } from '../../../src/base/role.ts';
import type { Outcome } from '../../../src/history/schema.ts';
import type { LoadTarget } from '../../../src/load/config.ts';
import type { Lookup } from '../../../src/load/http/addresses.ts';
import { probe } from '../../../src/load/probe/probe.ts';
import { recorder } from '../../../src/load/recorder/recorder.ts';
import { chunkLine, endLine } from '../../../src/workload/protocol.ts';
import { faultServer } from '../../support/fault-server/index.ts';
import { gather, probeAt, streamsAt, targetAt } from '../../support/load.ts';
import { freePort } from '../../support/node-port.ts';
import { skipped } from '../../support/skip.ts';

// Names and TLS: what becomes of a request that never gets as far as HTTP, alone and 200 at once.
const body = chunkLine(0, null, 64) + endLine(1);
const whole = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;
const sockets = new Set<Socket>();
const closers: (() => unknown)[] = [];
test.after(() => {
  for (const close of closers) close();
  for (const socket of sockets) socket.destroy();
});

type Listener = (socket: Socket) => void;
const answering: Listener = (socket) => void socket.once('data', () => socket.end(whole));

async function listen(host: string, listener: Listener, port = 0): Promise<number> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    listener(socket);
  });
  closers.push(() => server.close());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 1024 }, resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function listenSecurely(options: Parameters<typeof createSecureServer>[0], name = 'app.test') {
  const server = createSecureServer({ ...selfSigned(name), ...options }, (socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(whole));
  });
  server.on('tlsClientError', () => {});
  closers.push(() => server.close());
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, resolve));
  return (server.address() as AddressInfo).port;
}

/** Where silence is no part of the truth, a busy machine gets its time: client and server share one process here. */
const stallOf = (outcome: Outcome) => (outcome === 'hung' ? 3000 : 20_000);

async function record(target: LoadTarget, concurrency: number, lookup: Lookup, stallMs = 20_000) {
  const said = gather();
  const config = streamsAt(target, {
    concurrency,
    rampMs: concurrency === 1 ? 0 : 300,
    stallMs,
    connectTimeoutMs: stallMs,
  });
  const load = recorder(config, said, monotonic, { lookup });
  load.begin();
  await said.idle(60_000);
  load.stop();
  return said;
}

async function probed(target: LoadTarget, http: '1.1' | '2', lookup: Lookup, stallMs = 20_000) {
  const said = gather();
  const load = probe(
    probeAt(target, { http, rate: 20, timeoutMs: stallMs, holdMs: stallMs }),
    said,
    monotonic,
    { lookup },
  );
  load.begin();
  while (said.starts.size < 2) await monotonic.sleep(1);
  load.quiesce();
  await said.idle(60_000);
  load.stop();
  return said;
}

const fails =
  (code: string): Lookup =>
  () =>
    Promise.reject(Object.assign(new Error(code), { code }));
const finds =
  (...addresses: string[]): Lookup =>
  async () =>
    addresses;
const named = (port: number, more: Partial<LoadTarget> = {}) => targetAt('app.test', port, more);
const addressesOf = (messages: readonly Message[]) =>
  messages.flatMap(({ type, address }) => (type === 'address' ? [address] : []));

async function truth(
  what: string,
  target: LoadTarget,
  outcome: Outcome,
  lookup: Lookup,
  address: string | null = null,
) {
  for (const said of [
    await record(target, 1, lookup, stallOf(outcome)),
    await record(target, 200, lookup, stallOf(outcome)),
    await probed(target, '1.1', lookup, stallOf(outcome)),
  ]) {
    assert.equal(said.countByOutcome(), { [outcome]: said.starts.size }, what);
    if (address !== null) assert.equal(addressesOf(said.messages), [address], what);
  }
}

for (const code of ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME'])
  test(`the resolver says ${code}: unresolved`, async () => {
    await truth(code, named(1), 'unresolved', fails(code));
  });

test('the resolver has no memory or no files: our own error', async () => {
  for (const code of ['EAI_MEMORY', 'EMFILE']) await truth(code, named(1), 'local-error', fails(code));
});

test('the resolver never answers: unresolved', async () => {
  const said = await record(named(1), 20, () => new Promise(() => {}), 1000);
  assert.equal(said.countByOutcome(), { unresolved: 20 });
});

test('a name of a real resolver that no one has: unresolved', async () => {
  const said = gather();
  const config = streamsAt(targetAt('no-such-host.invalid', 80), {
    connectTimeoutMs: 30_000,
    stallMs: 30_000,
  });
  const load = recorder(config, said, monotonic);
  load.begin();
  await said.idle(40_000);
  load.stop();
  assert.equal(said.countByOutcome(), { unresolved: 1 });
});

test('a name with one address that refuses: refused', async () => {
  await truth('refused', named(await freePort('127.0.0.1')), 'refused', finds('127.0.0.1'));
});

test('the first address refuses, the second answers: completed, and which one is reported', async () => {
  const port = await listen('127.0.0.9', answering);
  await truth('second', named(port), 'completed', finds('127.0.0.8', '127.0.0.9'), '127.0.0.9');
  const said = await probed(named(port), '2', finds('127.0.0.8', '127.0.0.9'));
  assert.equal(addressesOf(said.messages), ['127.0.0.9'], 'HTTP/2 as well');
});

test('localhost with an IPv6 address that refuses comes first', async () => {
  const port = await listen('127.0.0.1', answering);
  await truth('localhost', targetAt('localhost', port), 'completed', finds('::1', '127.0.0.1'), '127.0.0.1');
});

test('the first address is silent, the second answers: completed', async () => {
  if (process.platform !== 'linux') return skipped('linux', 'dropped SYNs', 'only Linux drops them');
  const server = await faultServer('127.0.0.1');
  closers.push(() => server.stop());
  const port = server.port('syn-dropped');
  await listen('127.0.0.9', answering, port);
  await truth('silent first', named(port), 'completed', finds('127.0.0.1', '127.0.0.9'), '127.0.0.9');
});

test('all addresses refuse: refused, once for each request', async () => {
  const port = await freePort('127.0.0.1');
  await truth('all', named(port), 'refused', finds('127.0.0.1', '127.0.0.2', '127.0.0.3'));
});

test('a name that resolves anew to another address is followed there', async () => {
  const port = await listen('127.0.0.7', answering);
  await listen('127.0.0.8', answering, port);
  let turn = 0;
  const said = await record(named(port), 4, async () => [`127.0.0.${turn++ < 2 ? 7 : 8}`]);
  assert.equal(said.countByOutcome(), { completed: 4 });
  assert.equal(addressesOf(said.messages), ['127.0.0.7', '127.0.0.8']);
});

const tls = (port: number, more: Partial<LoadTarget> = {}) =>
  targetAt('127.0.0.1', port, { tls: true, insecure: true, ...more });
const nobody = finds();

test('TLS: a certificate that is not trusted, or of another name: tls-rejected', async () => {
  const port = await listenSecurely({});
  await truth('self-signed', tls(port, { insecure: false }), 'tls-rejected', nobody);
  await truth('by name', named(port, { tls: true }), 'tls-rejected', finds('127.0.0.1'));
});

test('TLS to a name: completed', async () => {
  const port = await listenSecurely({});
  await truth(
    'by name',
    named(port, { tls: true, insecure: true }),
    'completed',
    finds('127.0.0.8', '127.0.0.1'),
    '127.0.0.1',
  );
});

test('TLS: versions that do not meet: tls-failed', async () => {
  // The server wants a curve that the client does not offer.
  const port = await listenSecurely({
    ciphers: 'ECDHE-ECDSA-AES128-SHA',
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
  });
  await truth('version', tls(port), 'tls-failed', nobody);
});

test('TLS: the server wants a certificate of ours: tls-failed', async () => {
  const port = await listenSecurely({ requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' });
  await truth('client certificate', tls(port), 'tls-failed', nobody);
});

for (const [what, listener, outcome] of [
  ['another protocol', (socket) => void socket.write('SSH-2.0-OpenSSH_9.6\r\n'), 'tls-failed'],
  ['plain HTTP', (socket) => void socket.once('data', () => socket.end(whole)), 'tls-failed'],
  ['an alert', (socket) => void socket.end(Buffer.from([21, 3, 3, 0, 2, 2, 40])), 'tls-failed'],
  ['closed after the greeting', (socket) => void socket.once('data', () => socket.end()), 'tls-failed'],
  [
    'reset after the greeting',
    (socket) => void socket.once('data', () => socket.resetAndDestroy()),
    'tls-failed',
  ],
  [
    'half a record, and closed',
    (socket) => void socket.once('data', () => socket.end(Buffer.from([22, 3, 3, 0, 90, 2]))),
    'tls-failed',
  ],
  [
    'half a record, and silence',
    (socket) => void socket.once('data', () => socket.write(Buffer.from([22, 3, 3, 0, 90, 2]))),
    'hung',
  ],
  ['silence', () => {}, 'hung'],
] as const satisfies readonly (readonly [string, Listener, Outcome])[])
  test(`TLS: ${what}: ${outcome}`, async () => {
    await truth(what, tls(await listen('127.0.0.1', listener)), outcome, nobody);
    const said = await probed(tls(await listen('127.0.0.1', listener)), '2', nobody, stallOf(outcome));
    assert.equal(said.countByOutcome(), { [outcome]: said.starts.size }, 'HTTP/2');
  });

test.run();
