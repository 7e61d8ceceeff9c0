import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { report as reportSchema } from '../../src/analysis/schema.ts';
import { runCli, start, until } from '../support/cli.ts';
import { watchTarget } from '../support/watch-target.ts';

/* URLs, hosts and options that `midflight watch` accepts or refuses, and how it ends. */
const test = suite('targets of watch');
const { box, close, origin, requests, secureOrigin, watch } = await watchTarget();

test.after(close);

test('if all is not well before, the command is not run', async () => {
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
    `${secureOrigin}/`,
    /: \d+ failed, the certificate is not accepted \(\w+\); --insecure takes any; the command/,
  ],
  [
    'no byte for the stall limit',
    `${origin}/silent`,
    /^not all of the 10 streams had a first answer within 2\.5 s: \d+ failed, hung, silent for 1 s; .*--stall; the command/,
  ],
  ['another status', `${origin}/down`, /: \d+ failed, http-error \(status 503\); --status names/],
] as const) {
  test(`why a watch cannot begin is reported: ${what}`, async () => {
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
  const before = requests();
  const probes = await watch('/', '--streams', '0', '--rate', '5', '--duration', '1s');
  assert.is(probes.report?.trials[0]?.requests.started, 0);
  assert.ok((probes.report?.trials[0]?.probes.new?.sent ?? 0) > 5);
  const streams = await watch('/slow', '--streams', '2', '--rate', '0', '--duration', '1s');
  assert.is(streams.report?.trials[0]?.probes.new, null);
  assert.ok((streams.report?.trials[0]?.requests.completed ?? 0) >= 2);
  assert.ok(requests() > before);
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

test('an interruption ends the command and midflight, and the report is kept', async () => {
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
