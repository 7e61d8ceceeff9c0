import { existsSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Report, report as reportSchema } from '../../src/analysis/schema.ts';
import { selfSigned } from '../../src/base/certificate.ts';
import { runCli, sandbox } from '../support/cli.ts';

/* What `midflight watch` makes of answers that are not what its user thinks of. */
const test = suite('watch, answers');
const box = sandbox();
const servers: Server[] = [];
test.after(() => {
  for (const server of servers) server.close();
  box.remove();
});

async function listen(answer: RequestListener, secure = false): Promise<number> {
  const server = secure ? createSecureServer(selfSigned('localhost'), answer) : createServer(answer);
  servers.push(server);
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

let turn = 0;
async function watch(url: string, ...args: string[]) {
  turn += 1;
  const out = join(box.folder, `out-${turn}`);
  const ended = await runCli(['watch', url, '--out', out, '--stability', '1s', '--quiet', ...args], box);
  const file = join(out, 'report.json');
  const report: Report | null = existsSync(file)
    ? reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    : null;
  return { ...ended, report };
}
const noop = ['--', process.execPath, '-e', ''];

const fixed = (status: number, headers: Record<string, string> = {}): RequestListener => {
  return (_request, response) => void response.writeHead(status, headers).end('no');
};
const plain = await listen(fixed(200));
const secure = await listen(fixed(200), true);
const cases: [string, string, string[], RegExp][] = [
  [
    'a redirect',
    `http://127.0.0.1:${await listen(fixed(302, { location: '/login?token=x' }))}/`,
    [],
    /http-error \(status 302, Location: \/login\); redirects are not followed/,
  ],
  ['a login', `http://127.0.0.1:${await listen(fixed(401))}/`, [], /status 401\); --header 'Authorization/],
  ['no such page', `http://127.0.0.1:${await listen(fixed(404))}/`, [], /status 404\); --status names/],
  ['an error', `http://127.0.0.1:${await listen(fixed(500))}/`, [], /status 500\); --status names/],
  [
    'https to a plain port',
    `https://127.0.0.1:${plain}/`,
    [],
    /the port speaks plain HTTP: write http:\/\/127/,
  ],
  ['http to a TLS port', `http://127.0.0.1:${secure}/`, [], /the port speaks TLS: write https:\/\/127/],
  [
    'HTTP/2 to a server without it',
    `http://127.0.0.1:${plain}/`,
    ['--http', '2', '--streams', '0'],
    /the server offers no HTTP\/2: leave --http 2 away/,
  ],
  [
    'HTTP/2 to a TLS server without it',
    `https://127.0.0.1:${secure}/`,
    ['--http', '2', '--streams', '0', '--insecure'],
    /the server offers no HTTP\/2/,
  ],
  ['a name without an address', 'http://no-such-host.invalid/', ['--streams', '1'], /cannot be resolved/],
];
for (const [what, url, args, reason] of cases)
  test(`reported after the first answers: ${what}`, async () => {
    const { code, report, seconds } = await watch(url, '--duration', '1s', ...args, ...noop);
    assert.is(code, 3);
    assert.match(report?.reason ?? '', reason);
    if (!url.includes('.invalid')) assert.ok(seconds < 15, `${seconds} s`);
  });

test('HEAD and POST', async () => {
  const seen = new Set<string>();
  const port = await listen((request, response) => {
    seen.add(`${request.method} ${request.headers['content-length']}`);
    response.end('ok');
  });
  for (const method of ['HEAD', 'POST']) {
    const { code, stderr } = await watch(`http://127.0.0.1:${port}/`, '--method', method, '--duration', '1s');
    assert.is(code, 0, stderr);
  }
  assert.equal([...seen].sort(), ['HEAD undefined', 'POST 0']);
});

/** Streams of 20 chunks; a request for /reload ends all in order, as a server that ends its streams at a reload. */
async function reloadable() {
  const open = new Set<() => void>();
  const port = await listen((request, response) => {
    if (request.url === '/reload') {
      for (const end of open) end();
      return void response.end();
    }
    let chunk = 0;
    const timer = setInterval(() => {
      chunk += 1;
      response.write(`event ${chunk}\n`);
      if (chunk === 20) end('the end\n');
    }, 200);
    const end = (last = '') => {
      open.delete(end);
      clearInterval(timer);
      response.end(last);
    };
    open.add(end);
    response.on('close', () => end());
  });
  const url = `http://127.0.0.1:${port}/`;
  const reload = ['--', process.execPath, '-e', `fetch('${url}reload').then((one) => one.text())`];
  return { url, args: ['--streams', '4', '--rate', '0', '--duration', '2s', '--max-lost', '0'], reload };
}

test('streams that are cut in order cause a warning, and count as lost if it is known what a whole one is', async () => {
  const { url, args, reload } = await reloadable();
  const plainly = await watch(url, ...args, ...reload);
  assert.is(plainly.code, 0);
  assert.ok(
    plainly.report?.notices.some((text) =>
      /^4 of the streams that were open when the command began ended/.test(text),
    ),
    JSON.stringify(plainly.report?.notices),
  );
  for (const wish of [
    ['--expect-end', 'the end'],
    ['--min-time', '3500ms'],
    ['--expect-bytes', '179'],
  ]) {
    const { code, report } = await watch(url, ...args, ...wish, ...reload);
    assert.is(report?.trials[0]?.requests.byOutcome.truncated, 4, wish.join(' '));
    assert.is(report?.trials[0]?.requests.lost, 4, wish.join(' '));
    assert.is(code, 1);
  }
  const quiet = await watch(url, ...args, '--expect-end', 'the end', ...noop);
  assert.is(quiet.code, 0);
  assert.equal(
    quiet.report?.notices.filter((text) => /ended together/.test(text)),
    [],
  );
});

test('endless streams are followed for the time that was given, and the report counts those left', async () => {
  const port = await listen((_request, response) => {
    const timer = setInterval(() => response.write('data: x\n\n'), 100);
    response.on('close', () => clearInterval(timer));
  });
  const url = `http://127.0.0.1:${port}/`;
  const args = ['--streams', '3', '--rate', '0', '--duration', '1s', '--follow', '2s'];
  const { code, report, seconds } = await watch(url, ...args);
  assert.is(code, 0);
  assert.is(report?.trials[0]?.requests.cancelled, 3);
  assert.is(report?.trials[0]?.requests.lost, 0);
  assert.ok(report?.notices.some((text) => /^3 streams were still open 2 s after the watch/.test(text)));
  assert.ok(seconds < 15, `${seconds} s`);
});

test('no command before each wanted stream has had a byte, however often one of them ends', async () => {
  const mark = join(box.folder, 'mark');
  // The second to the fourth request wait for ever; those that follow the first in its place are answered.
  let number = 0;
  const uneven = await listen((_request, response) => {
    number += 1;
    if (number > 1 && number <= 4) return;
    response.end('ok');
  });
  const touch = `require('fs').writeFileSync(${JSON.stringify(mark)}, '')`;
  const { code } = await watch(
    `http://127.0.0.1:${uneven}/`,
    ...['--streams', '4', '--rate', '0', '--duration', '1s', '--stall', '6s'],
    ...['--', process.execPath, '-e', touch],
  );
  assert.is(code, 3);
  assert.not.ok(existsSync(mark));
});

test('every lane that was asked for counts: failed probes on a kept connection are no pass', async () => {
  const port = await listen(fixed(500));
  const args = ['--streams', '0', '--lane', 'reused', '--duration', '1s', '--rate', '10'];
  const gated = await watch(`http://127.0.0.1:${port}/`, ...args, '--max-failed', '0');
  assert.is(gated.code, 1);
  const { failed = 0, sent = 1 } = gated.report?.trials[0]?.probes.reused ?? {};
  assert.is(failed, sent);
  const open = await watch(`http://127.0.0.1:${port}/`, ...args);
  assert.is.not(open.report?.verdict, 'pass');
  assert.is(open.code, 2);
});

test('all addresses of a name are tried, and the report names the one that answered', async () => {
  const { code, report } = await watch(`http://localhost:${plain}/`, '--duration', '1s', '--streams', '2');
  assert.is(code, 0);
  assert.ok(
    report?.notices.some((text) => text === `streams reached localhost:${plain} at 127.0.0.1`),
    JSON.stringify(report?.notices),
  );
});

test.run();
