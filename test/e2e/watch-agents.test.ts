import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { report as reportSchema } from '../../src/analysis/schema.ts';
import { packageRoot } from '../../src/base/package.ts';
import { readHistory } from '../../src/history/reader.ts';
import type { HistoryEvent } from '../../src/history/schema.ts';
import { sandbox, start, until } from '../support/cli.ts';

/*
 * `midflight watch --agents` with a kubectl that runs agents as processes of this machine, each with a clock of its own: what
 * is measured, merged and cleaned up is the same as with pods.
 */
const test = suite('watch with agents');
const box = sandbox();
const server = createServer((request, response) => {
  if (request.url !== '/slow') return void response.end('ok');
  let chunk = 0;
  const timer = setInterval(() => {
    chunk += 1;
    response.write(`${chunk}\n`);
    if (chunk === 20) response.end();
  }, 100);
  response.on('close', () => clearInterval(timer));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slow`;
const bin = join(box.folder, 'bin');
mkdirSync(bin);
cpSync(join(packageRoot(), 'test', 'support', 'fake-kubectl.mjs'), join(bin, 'kubectl'));
box.env.PATH = [bin, dirname(process.execPath), process.env.PATH].join(delimiter);
box.env.FAKE_KUBECTL = box.folder;
box.env.FAKE_KUBECTL_DIST = join(packageRoot(), 'dist');

test.after(() => {
  server.closeAllConnections();
  server.close();
  box.remove();
});

const options = ['--streams=10', '--rate=8', '--stability=1s', '--probe-path=/', '--quiet', '--max-lost=0'];
const calls = () => readFileSync(join(box.folder, 'calls'), 'utf8').split('\n');

test('four agents: one history on one clock, nothing lost, nothing left', async () => {
  const out = join(box.folder, 'four');
  const args = ['watch', url, ...options, '--duration=3s', '--agents=4', '--context=prod', '--out', out];
  const { code, stderr } = await start(args, box).ended;
  // A machine that is too slow makes it unknown: the merge is looked at all the same.
  assert.ok(code === 0 || code === 2, `${code} ${stderr}`);
  const report = reportSchema.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')));
  const [trial] = report.trials;
  assert.ok(trial !== undefined);
  const { requests, probes } = trial;
  assert.is(requests.lost, 0);
  assert.is(requests.started, requests.completed + requests.cancelled);
  assert.ok(requests.started >= 10);
  assert.is(probes.new?.failed, 0);

  const events: HistoryEvent[] = [];
  for await (const event of readHistory(join(out, 'history.ndjson'))) events.push(event);
  const times = events.map(({ t }) => t).filter((t) => t !== undefined);
  // Each clock is an hour apart: one that had not been moved would stand out.
  assert.ok(Math.max(...times) - Math.min(...times) < 300e9);
  const agents = new Set(
    events.flatMap((event) => (event.type === 'start' ? (/-a(\d)-/.exec(event.id)?.[1] ?? []) : [])),
  );
  assert.equal([...agents].sort(), ['0', '1', '2', '3']);
  const offsets = events.flatMap((event) => (event.type === 'clock-offset' ? [event] : []));
  for (const agent of [0, 1, 2, 3]) {
    const own = offsets.find(({ process }) => process === `streams@agent-${agent}`);
    assert.ok(own !== undefined, `agent ${agent}`);
    assert.ok(Math.abs(own.offsetNs + agent * 3600e9) <= own.errorNs, JSON.stringify(own));
  }
  const late = events.flatMap((event) => (event.type === 'lateness' ? [event.agent] : []));
  assert.equal(
    [...new Set(late)].sort(),
    ['probe', 'streams'].flatMap((load) => [0, 1, 2, 3].map((agent) => `${load}@agent-${agent}`)),
  );

  assert.ok(calls().every((call) => call === '' || call.startsWith('--context prod --namespace default ')));
  assert.ok(calls().some((call) => call.includes('delete job midflight-agents-')));
  const job = readFileSync(join(box.folder, 'job.json'), 'utf8');
  assert.not.match(job, '127.0.0.1');
});

test('an agent that dies makes the watch unknown', async () => {
  const out = join(box.folder, 'dies');
  const pids = join(box.folder, 'pids');
  const before = readFileSync(pids, 'utf8').length;
  const started = start(['watch', url, ...options, '--duration=5s', '--agents=2', '--out', out], box);
  const lines = () => readFileSync(pids, 'utf8').slice(before).trim().split('\n').filter(Boolean);
  // Two recorders, two probes, one on the kept connection; killed once streams are in the history.
  const history = join(out, 'history.ndjson');
  await until(
    'streams of the second agent',
    () =>
      lines().length === 5 && existsSync(history) && readFileSync(history, 'utf8').includes('"stream-a1-'),
  );
  const pid = Number(lines()[1]?.split(' ')[1]);
  process.kill(pid, 'SIGKILL');
  const { code, stderr } = await started.ended;
  assert.is(code, 2, stderr);
  const report = reportSchema.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')));
  assert.is(report.verdict, 'unknown');
  assert.ok(
    report.trials[0]?.reasons.some(({ code }) => code === 'instrument-failed'),
    JSON.stringify(report.trials[0]?.reasons),
  );
});

test.run();
