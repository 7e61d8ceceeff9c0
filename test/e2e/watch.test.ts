import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Report, report as reportSchema } from '../../src/analysis/schema.ts';
import { readHistory } from '../../src/history/reader.ts';
import type { HistoryEvent } from '../../src/history/schema.ts';
import { selfSigned } from '../support/certificate.ts';
import { runCli, sandbox, start, until } from '../support/cli.ts';

/* `midflight watch` as a user runs it, against a server of the test's own. */
const test = suite('watch');
const box = sandbox();

/** Streams of 12 chunks of 100 ms under /slow; /break resets every connection, and refuses all for `brokenMs`. */
const brokenMs = 1500;
let brokenUntil = 0;
let requests = 0;
const sockets = new Set<Socket>();
const server = createServer((request, response) => {
  requests += 1;
  if (request.url === '/break') {
    response.end('', () => {
      brokenUntil = performance.now() + brokenMs;
      for (const socket of sockets) socket.resetAndDestroy();
    });
    return;
  }
  if (request.url === '/silent') return;
  if (request.url === '/down') return void response.writeHead(503).end();
  if (request.url !== '/slow') return void response.end('ok');
  let chunk = 0;
  const timer = setInterval(() => {
    chunk += 1;
    response.write(`${chunk}\n`);
    if (chunk === 12) response.end();
  }, 100);
  response.on('close', () => clearInterval(timer));
});
server.on('connection', (socket: Socket) => {
  if (performance.now() < brokenUntil) return void socket.resetAndDestroy();
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  socket.on('error', () => {});
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const secure = createSecureServer(selfSigned('localhost'), (_request, response) => response.end('ok'));
await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));

test.after(() => {
  secure.closeAllConnections();
  secure.close();
  server.closeAllConnections();
  server.close();
  box.remove();
});

let turn = 0;
async function watch(path: string, ...args: string[]) {
  turn += 1;
  const out = join(box.folder, `out-${turn}`);
  const ended = await runCli(['watch', `${origin}${path}`, '--out', out, ...args], box);
  const file = join(out, 'report.json');
  const report: Report | null = existsSync(file)
    ? reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    : null;
  return { ...ended, out, report };
}

async function historyOf(out: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for await (const event of readHistory(join(out, 'history.ndjson'))) events.push(event);
  return events;
}

const short = ['--duration', '3s', '--stability', '1s', '--stall', '3s'];
const breakIt = ['--', process.execPath, '-e', `fetch('${origin}/break').catch(() => {})`];

test('nothing happens: nothing is lost, and failover is none', async () => {
  const { code, report, out } = await watch('/slow', ...short, '--streams', '4');
  assert.is(code, 0);
  const [trial] = report?.trials ?? [];
  assert.is(trial?.policy, null);
  assert.ok((trial?.requests.started ?? 0) >= 8, 'streams are renewed');
  assert.is(trial?.requests.lost, 0);
  assert.is(trial?.requests.completed, trial?.requests.started, 'each is followed to its end');
  assert.is(trial?.clocksSeconds.failover, 0);
  const events = await historyOf(out);
  assert.equal(
    events.flatMap((event) => (event.type === 'phase' ? [event.phase] : [])),
    ['ramp', 'steady', 'observe', 'finish'],
  );
  for (const name of ['report.html', 'report.md', 'history.ndjson'])
    assert.ok(existsSync(join(out, name)), name);
});

test('what a command costs is measured from its start', async () => {
  const { code, report, out, stderr } = await watch('/slow', ...short, '--streams', '6', ...breakIt);
  assert.is(code, 0, stderr);
  const [trial] = report?.trials ?? [];
  const [command] = trial?.disturbances ?? [];
  assert.is(command?.kind, 'command');
  assert.ok((trial?.requests.lost ?? 0) >= 6, 'the streams that were under way');
  assert.is(command?.requestsLost, trial?.requests.lost);
  const { firstFailedProbe, lastFailedProbe, failover } = trial?.clocksSeconds ?? {};
  assert.ok(firstFailedProbe !== null && lastFailedProbe !== null && firstFailedProbe !== undefined);
  assert.ok((failover ?? 0) > 0.5 && (failover ?? 99) < 20, `${failover} s of ${brokenMs} ms`);
  const codes = trial?.requests.byCdnCode ?? {};
  assert.ok((codes.cut ?? 0) + (codes['520'] ?? 0) >= 6, JSON.stringify(codes));
  const events = await historyOf(out);
  const marks = events.filter((event) => event.type === 'command');
  assert.equal(
    marks.map(({ at, exitCode }) => [at, exitCode]),
    [
      ['begin', null],
      ['end', 0],
    ],
  );
});

test('a URL that is slower than a probe may be: it is said what to do, and done it works', async () => {
  const quick = [...short, '--streams', '2', '--timeout', '900ms', '--max-failover', '10s'];
  const without = await watch('/slow', ...quick, '--', process.execPath, '-e', '');
  assert.is(without.code, 3);
  const { reason, trials } = without.report ?? {};
  assert.match(
    reason ?? '',
    /^probes failed before anything was done: \d+ failed, hung, without a whole answer for 0.9 s; .*--probe-path; the command was not run$/,
  );
  assert.is(trials?.[0]?.requests.lost, 0, 'a stream may take longer');
  const quicker = await watch('/slow', ...quick, '--probe-path', '/', '--', process.execPath, '-e', '');
  assert.is(quicker.code, 0, quicker.stderr);
  assert.is(quicker.report?.trials[0]?.probes.new?.failed, 0);
  assert.match(quicker.report?.description ?? '', /; probes ask for \/$/);
});

test('thresholds decide the exit code', async () => {
  const { code, report, stdout } = await watch(
    '/slow',
    ...short,
    '--max-lost',
    '0',
    '--max-failover',
    '1ms',
    ...breakIt,
  );
  assert.is(code, 1);
  assert.equal(
    report?.expectations.map(({ verdict }) => verdict),
    ['fail', 'fail'],
  );
  assert.match(stdout, 'expected lost <= 0');
});

test("the command's words reach it as they are, and its output stays off stdout", async () => {
  const said = join(box.folder, 'said');
  const script = `require('fs').writeFileSync(${JSON.stringify(said)}, JSON.stringify(process.argv.slice(1))); console.log('spoken')`;
  const words = ['a b', "it's", '--flag=1', '$HOME', ''];
  const ended = await watch(
    '/',
    '--duration',
    '1s',
    '--json',
    '--',
    process.execPath,
    '-e',
    script,
    '--',
    ...words,
  );
  assert.is(ended.code, 0, ended.stderr);
  assert.equal(JSON.parse(readFileSync(said, 'utf8')), words);
  assert.is(JSON.parse(ended.stdout).experiment, ended.report?.experiment);
  assert.match(ended.stderr, 'spoken');
});

test('a command that fails is exit code 3, and its report stands; one that is none is told before the watch', async () => {
  const failed = await watch('/', '--duration', '1s', '--', process.execPath, '-e', 'process.exit(7)');
  assert.is(failed.code, 3);
  assert.match(failed.report?.reason ?? '', /exit code 7/);
  const missing = await watch('/', '--duration', '1s', '--', '/no/such/program');
  assert.is(missing.code, 3);
  assert.match(missing.stderr, "there is no program '/no/such/program'");
  assert.not.ok(missing.report);
});

test('a command longer than the duration is waited for', async () => {
  const { code, report } = await watch(
    '/',
    '--duration',
    '1s',
    '--',
    process.execPath,
    '-e',
    'setTimeout(() => {}, 4000)',
  );
  assert.is(code, 0);
  assert.ok((report?.wallSeconds ?? 0) > 5);
});

test('where all is not well before, the command is not run', async () => {
  const mark = join(box.folder, 'mark');
  const touch = `require('fs').writeFileSync(${JSON.stringify(mark)}, '')`;
  const { code, report } = await watch('/down', '--duration', '1s', '--', process.execPath, '-e', touch);
  assert.is(code, 3);
  assert.match(report?.reason ?? '', /the command was not run/);
  assert.not.ok(existsSync(mark));
});

for (const [what, url, reason] of [
  ['nobody listens', 'http://127.0.0.1:1/', /: \d+ failed, refused; the command was not run$/],
  [
    'a certificate of its own',
    `https://127.0.0.1:${(secure.address() as AddressInfo).port}/`,
    /: \d+ failed, the certificate is not accepted \(\w+\); --insecure takes any; the command/,
  ],
  [
    'no byte for the stall limit',
    `${origin}/silent`,
    /^not all of the 10 streams had a first answer within 2\.5 s: \d+ failed, hung, silent for 1 s; .*--stall; the command/,
  ],
  ['another status', `${origin}/down`, /: \d+ failed, http-error \(status 503\); --status names/],
] as const) {
  test(`why a watch cannot begin is said: ${what}`, async () => {
    const args = ['--duration', '1s', '--stall', '1s', '--timeout', '1s', '--quiet', '--json'];
    const { code, stdout } = await runCli(
      ['watch', url, ...args, '--out', join(box.folder, what), '--', process.execPath, '-e', ''],
      box,
    );
    assert.is(code, 3);
    assert.match(reportSchema.parse(JSON.parse(stdout)).reason ?? '', reason);
  });
}

test('--resolve, --header and a host that is no loopback name', async () => {
  const seen: string[] = [];
  const echo = createServer((request, response) => {
    seen.push(`${request.headers.host} ${request.headers['x-team']}`);
    response.end('ok');
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const { port } = echo.address() as AddressInfo;
  const out = join(box.folder, 'resolved');
  const { code } = await runCli(
    ['watch', `http://shop.invalid:${port}/`, '--resolve', `shop.invalid:${port}:127.0.0.1`].concat([
      '--header',
      'X-Team: sre',
      '--duration',
      '1s',
      '--out',
      out,
      '--quiet',
    ]),
    box,
  );
  echo.closeAllConnections();
  echo.close();
  assert.is(code, 0);
  assert.equal([...new Set(seen)], [`shop.invalid:${port} sre`]);
});

test('--streams 0 and --rate 0 leave the other alone', async () => {
  const before = requests;
  const probes = await watch('/', '--streams', '0', '--rate', '5', '--duration', '1s');
  assert.is(probes.report?.trials[0]?.requests.started, 0);
  assert.ok((probes.report?.trials[0]?.probes.new?.sent ?? 0) > 5);
  const streams = await watch('/slow', '--streams', '2', '--rate', '0', '--duration', '1s');
  assert.is(streams.report?.trials[0]?.probes.new, null);
  assert.ok((streams.report?.trials[0]?.requests.completed ?? 0) >= 2);
  assert.ok(requests > before);
});

test('a target that never answers is given up in time, and nothing of it is a pass', async () => {
  const silent = createTcpServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const out = join(box.folder, 'silent');
  const ended = await runCli(
    [
      'watch',
      `http://127.0.0.1:${port}/`,
      '--duration',
      '1s',
      '--stall',
      '2s',
      '--timeout',
      '1s',
      '--streams',
      '2',
    ].concat(['--max-lost', '0', '--out', out, '--quiet']),
    box,
  );
  silent.close();
  assert.ok(ended.code === 1 || ended.code === 2, `exit code ${ended.code}`);
  const report = reportSchema.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')));
  assert.ok((report.trials[0]?.requests.byOutcome.hung ?? 0) >= 2);
});

test('an interruption ends the command and midflight, and the report stands', async () => {
  const out = join(box.folder, 'interrupted');
  const pid = join(box.folder, 'pid');
  const script = `require('fs').writeFileSync(${JSON.stringify(pid)}, String(process.pid)); setTimeout(() => {}, 60000)`;
  const started = start(
    ['watch', `${origin}/slow`, '--duration', '30s', '--out', out, '--', process.execPath, '-e', script],
    box,
  );
  await until('the command runs', () => existsSync(pid) && readFileSync(pid, 'utf8') !== '');
  started.child.kill('SIGINT');
  const { code } = await started.ended;
  assert.is(code, 130);
  assert.throws(() => process.kill(Number(readFileSync(pid, 'utf8')), 0), /ESRCH/);
  const report = reportSchema.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')));
  assert.is(report.outcome, 'interrupted');
  const { lost, cancelled } = report.trials[0]?.requests ?? {};
  assert.is(lost, 0, 'what we cut off ourselves is no loss');
  assert.is(cancelled, 10);
});

test('a report folder that cannot be made is bad usage', async () => {
  const file = join(box.folder, 'file');
  writeFileSync(file, '');
  const { code, stderr } = await runCli(['watch', `${origin}/`, '--out', join(file, 'x')], box);
  assert.is(code, 64);
  assert.match(stderr, 'report folder');
});

test.run();
