import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Report, report as reportSchema } from '../../src/analysis/schema.ts';
import { parentOf, processesWith, sandbox, start, until } from '../support/cli.ts';

/*
 * What an instrument measured while it was itself held up is not to be believed: the process of the probe, or of the
 * recorder, is really stopped for a while in the midst of an outage, and the report must say `unknown`.
 */
const test = suite('late instrument');
const box = sandbox();
const outageMs = 2500;

/** /break begins an outage: every connection is reset; /calm says that it does. A stream is a chunk each 100 ms. */
let brokenAt = 0;
let calmed = false;
const broken = () => brokenAt > 0 && !calmed && performance.now() < brokenAt + outageMs;
const sockets = new Set<Socket>();
/** When each open stream began: an outage between two rounds of streams would meet none. */
const streams = new Set<{ readonly began: number }>();
let wantedStreams = 0;
async function streamsUnderWay(): Promise<void> {
  await until('all streams in their midst', () => {
    const ages = [...streams].map(({ began }) => performance.now() - began);
    return ages.length >= wantedStreams && ages.every((age) => age > 100 && age < 1000);
  });
}
const server = createServer((request, response) => {
  if (request.url === '/break')
    return void streamsUnderWay().then(() =>
      response.end('', () => {
        calmed = false;
        brokenAt = performance.now();
        for (const socket of sockets) if (socket !== request.socket) socket.resetAndDestroy();
      }),
    );
  if (request.url === '/calm')
    return void response.end('', () => {
      calmed = true;
      brokenAt = performance.now();
    });
  const timer = setInterval(() => response.write('x\n'), 100);
  const end = setTimeout(() => response.end(), request.url === '/slow' ? 1500 : 0);
  const stream = { began: performance.now() };
  if (request.url === '/slow') streams.add(stream);
  response.on('close', () => {
    streams.delete(stream);
    clearInterval(timer);
    clearTimeout(end);
  });
});
server.on('connection', (socket: Socket) => {
  socket.on('error', () => {});
  if (broken()) return void socket.resetAndDestroy();
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

test.after(() => {
  server.closeAllConnections();
  server.close();
  box.remove();
});

/** Watches an outage, or a command that breaks nothing, and holds up this process of midflight's for so long right after. */
async function watched(
  role: 'probe' | 'recorder',
  what: 'break' | 'calm',
  stopMs: number,
  ...args: string[]
): Promise<Ended> {
  brokenAt = 0;
  wantedStreams = role === 'recorder' ? 5 : 0;
  const out = mkdtempSync(join(box.folder, `${role}-${what}-`));
  const own = new Set(processesWith([`roles/${role}.mjs`]));
  const breakIt = ['--', process.execPath, '-e', `fetch('${origin}/${what}').catch(() => {})`];
  const target = [`${origin}${role === 'recorder' ? '/slow' : '/'}`, '--out', out];
  // Where nothing breaks, the command's own start must not use up the window.
  const stability = what === 'calm' ? '4s' : '1s';
  const times = ['--duration', '6s', '--stability', stability, '--stall', '2s', '--timeout', '1s'];
  const started = start(['watch', ...target, ...times, ...args, ...breakIt], box);
  await until('the outage', () => brokenAt > 0);
  // A window of lateness is a second at most: a later one has nothing of the command's own instant.
  await sleep(what === 'calm' ? 1200 : 300);
  // Its own alone: other tests' are known from before, and only this run's are children of this process.
  const pids = processesWith([`roles/${role}.mjs`]).filter(
    (pid) => !own.has(pid) && parentOf(pid) === started.child.pid,
  );
  assert.is(pids.length, 1, `one ${role}`);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  await sleep(stopMs);
  for (const pid of pids) process.kill(pid, 'SIGCONT');
  const { code } = await started.ended;
  return { code, report: reportSchema.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))) };
}

interface Ended {
  readonly code: number | null;
  readonly report: Report;
}

test('a probe that was stopped for 300 ms within the outage: the failover is unknown, whatever the limit', async () => {
  const { code, report } = await watched(
    'probe',
    'break',
    300,
    '--rate',
    '50',
    '--streams',
    '0',
    '--max-failover',
    '1h',
  );
  const [trial] = report.trials;
  const late = (trial?.untrusted ?? []).filter(({ maxLatenessMs }) => maxLatenessMs >= 250);
  assert.ok(late.length > 0, JSON.stringify(trial?.untrusted));
  assert.equal(
    report.expectations.map(({ verdict }) => verdict),
    ['unknown'],
  );
  assert.is(report.verdict, 'unknown');
  assert.is(code, 2);
});

/**
 * Streams that were reset are due again after a second, 700 ms into the stop, and are late by 1.2 s. From 2 s on an instrument
 * counts as hung, and its trial as not measured: a machine that stretched the stop so far did not do what was asked.
 */
async function lateRecorder(maxLost: string): Promise<Ended> {
  for (let attempt = 1; ; attempt += 1) {
    const args = ['--rate', '0', '--streams', '5', '--max-lost', maxLost];
    const ended = await watched('recorder', 'break', 1900 - attempt, ...args);
    const hung = ended.report.trials[0]?.reasons.some(({ code }) => code === 'instrument-failed');
    if (hung !== true || attempt === 4) return ended;
  }
}

test('a recorder that was stopped is reported, and what it counted stands', async () => {
  const { code, report } = await lateRecorder('1000');
  const [trial] = report.trials;
  const late = (trial?.untrusted ?? []).filter(({ maxLatenessMs }) => maxLatenessMs >= 1000);
  assert.ok(late.length > 0, JSON.stringify(trial?.untrusted));
  assert.ok((trial?.requests.lost ?? 0) >= 5, 'the streams that were reset are lost all the same');
  const { started, completed, lost, cancelled } = trial?.requests ?? {};
  assert.is(started, (completed ?? 0) + (lost ?? 0) + (cancelled ?? 0));
  assert.is(report.verdict, 'unknown', 'it did not see what streams met that should have begun meanwhile');
  assert.is(code, 2);
});

test('nor does it hide what is proven: more was lost than is allowed', async () => {
  const { code, report } = await lateRecorder('1');
  const [trial] = report.trials;
  assert.ok((trial?.untrusted ?? []).length > 0);
  assert.is(code, 1, JSON.stringify({ requests: trial?.requests, reasons: trial?.reasons }));
});

test('a recorder that was stopped for longer than it bears silence calls nothing silent that was not', async () => {
  const { report } = await watched(
    'recorder',
    'calm',
    3000,
    ...['--rate', '0', '--streams', '5', '--max-lost', '0'],
  );
  const [trial] = report.trials;
  assert.equal(Object.keys(trial?.requests.byOutcome ?? {}), ['completed'], JSON.stringify(trial?.requests));
});

test('a probe that was stopped when it should have shown that all is well: unknown', async () => {
  const { code, report } = await watched(
    'probe',
    'calm',
    1500,
    ...['--rate', '10', '--streams', '0', '--max-failover', '1h'],
  );
  assert.is(
    report.trials[0]?.probes.new?.failed,
    0,
    `none was without its answer for so long, only this machine: ${JSON.stringify(report.trials[0]?.probes.new)}`,
  );
  const [reason] = report.trials[0]?.reasons ?? [];
  assert.is(reason?.code, 'late');
  assert.match(reason?.text ?? '', /probe was late by \d+ ms while it mattered/);
  assert.is(code, 2);
});

test.run();
