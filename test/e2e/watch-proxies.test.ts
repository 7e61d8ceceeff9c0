import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { report as reportSchema } from '../../src/analysis/schema.ts';
import { runCli, sandbox } from '../support/cli.ts';
import { freePort } from '../support/node-port.ts';
import { hasProxy, type RealProxy, startProxy } from '../support/proxies.ts';
import { skipped } from '../support/skip.ts';

/* Real proxies reloaded, restarted and killed under `midflight watch`: what it says was lost is what the application lost. */
const test = suite('watch, proxies');
const box = sandbox();

/** What became of each slow request, as the application behind saw it. */
const log = { begun: 0, finished: 0, cut: 0 };
const app = createServer((request, response) => {
  if (request.url !== '/slow') return void response.end('ok');
  log.begun += 1;
  let chunk = 0;
  response.write('0\n');
  const timer = setInterval(() => {
    chunk += 1;
    if (chunk < 20) response.write(`${chunk}\n`);
    else response.end('the end\n');
  }, 100);
  response.on('close', () => {
    clearInterval(timer);
    if (response.writableFinished) log.finished += 1;
    else log.cut += 1;
  });
});
await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
const upstream = (app.address() as AddressInfo).port;
const proxies: RealProxy[] = [];
test.after(() => {
  for (const proxy of proxies) proxy.stop();
  app.closeAllConnections();
  app.close();
  box.remove();
});

let turn = 0;
async function watch(port: number, command: string) {
  turn += 1;
  Object.assign(log, { begun: 0, finished: 0, cut: 0 });
  const out = join(box.folder, `out-${turn}`);
  const args = [
    '--streams',
    '20',
    '--rate',
    '10',
    '--probe-path',
    '/',
    '--duration',
    '5s',
    '--stability',
    '1s',
  ];
  const ended = await runCli(
    ['watch', `http://127.0.0.1:${port}/slow`, ...args, '--out', out, '--quiet', '--', 'sh', '-c', command],
    box,
  );
  assert.is(ended.code, 0, ended.stderr);
  const { trials, notices } = reportSchema.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')));
  const [trial] = trials;
  if (trial === undefined) throw new Error('no trial');
  return { requests: trial.requests, notices };
}

for (const name of ['nginx', 'haproxy'] as const) {
  if (!hasProxy(name)) {
    skipped(name, `${name} under watch`, `${name} is not installed`);
    continue;
  }
  for (const how of ['reload', 'restart', 'kill'] as const)
    test(`${name}: ${how}`, async () => {
      const port = await freePort('127.0.0.1');
      const proxy = await startProxy(name, port, upstream, join(box.folder, `${name}-${how}`));
      proxies.push(proxy);
      const { requests, notices } = await watch(port, proxy[how]);
      const { started, completed, lost, byOutcome } = requests;
      const seen = JSON.stringify({ log, byOutcome, notices });
      const inBody = (byOutcome.truncated ?? 0) + (byOutcome['reset-mid-body'] ?? 0) + (byOutcome.hung ?? 0);
      assert.is(completed, log.finished, seen);
      assert.is(inBody, log.cut, seen);
      assert.is(started - log.begun, lost - inBody, `what never arrived was lost before its answer: ${seen}`);
      if (how === 'reload') assert.is(inBody, 0, seen);
      else assert.ok(inBody >= 10, seen);
    });
}
test.run();
