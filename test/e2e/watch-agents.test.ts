import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { report as reportSchema } from '../../src/analysis/schema.ts';
import { packageRoot } from '../../src/base/package.ts';
import { readHistory } from '../../src/history/reader.ts';
import type { HistoryEvent } from '../../src/history/schema.ts';
import { makePlan } from '../../src/plan/make.ts';
import type { Plan } from '../../src/plan/schema.ts';
import { embeddedProvider } from '../../src/providers/embedded/index.ts';
import { runExperiment } from '../../src/run/index.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { journalSomewhere } from '../support/changes.ts';
import { sandbox, start, until } from '../support/cli.ts';
import { k6Here } from '../support/k6.ts';

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
const small = `name: small
nodes: [{ name: stable, count: 1 }]
load: [{ kind: streams, concurrency: 8, duration: 20s, ramp: 1s }, { kind: probe, rate: 2 }]
policies: [Cluster]
timeScale: 10
`;
const calls = () => readFileSync(join(box.folder, 'calls'), 'utf8').split('\n');

test('four agents: one history on one clock, nothing lost, nothing left', async () => {
  const out = join(box.folder, 'four');
  const args = [
    'watch',
    url,
    ...options,
    '--duration=3s',
    '--agents=4',
    '--allow-changes',
    '--context=prod',
    '--out',
    out,
  ];
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
  assert.not.ok(existsSync(join(box.folder, 'job.json')));
});

test('an agent that dies makes the watch unknown', async () => {
  const out = join(box.folder, 'dies');
  const pids = join(box.folder, 'pids');
  const before = readFileSync(pids, 'utf8').length;
  const args = [
    'watch',
    url,
    ...options,
    '--duration=5s',
    '--agents=2',
    '--allow-changes',
    '--follow=3s',
    '--out',
    out,
  ];
  const started = start(args, box);
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

test('the Job of a watch that was killed is found by clean', async () => {
  const out = join(box.folder, 'killed');
  const started = start(
    ['watch', url, ...options, '--duration=60s', '--agents=2', '--allow-changes', '--out', out],
    box,
  );
  const history = join(out, 'history.ndjson');
  await until('streams', () => existsSync(history) && readFileSync(history, 'utf8').includes('"stream-a1-'));
  const made = readFileSync(join(box.folder, 'job.json'), 'utf8');
  assert.not.match(made, '127.0.0.1', 'no address, path or header is in an object of the cluster');
  const { name } = JSON.parse(made).metadata;
  started.child.kill('SIGKILL');
  await started.ended;
  const { code, stdout, stderr } = await start(['clean'], box).ended;
  assert.is(code, 0, stderr);
  assert.match(`${stdout}${stderr}`, `Job ${name} removed`);
  assert.not.ok(existsSync(join(box.folder, 'job.json')));
  assert.ok(calls().some((call) => call.startsWith('--context here --namespace default delete job ')));
});

/** Runs the plan on the embedded cluster, with those of its loads in two agents. */
async function withAgents(plan: Plan, inAgents: (load: Plan['load'][number]) => boolean) {
  const agents = { context: 'prod', namespace: 'load', count: 2, image: 'own:1' };
  const load = plan.load.map((one) => (inAgents(one) ? { ...one, agents } : one));
  const events: HistoryEvent[] = [];
  const journal = journalSomewhere();
  // kubectl is looked for by this process.
  Object.assign(process.env, box.env);
  const end = await runExperiment({
    plan: { ...plan, load },
    provider: embeddedProvider(),
    journal,
    write: (event) => events.push(event),
    signal: new AbortController().signal,
  });
  return { end, events, journal };
}

/** An experiment on the embedded cluster, with agents: no scenario may ask for it, because pods would not reach it. */
test('a load of an experiment comes from agents, on one clock, and they go with the run', async () => {
  const scenario = parseScenario(small, 'small.yaml');
  const plan = makePlan(scenario, { cluster: 'embedded', images: { node: null, traefik: null, app: null } });
  const { end, events, journal } = await withAgents(plan, () => true);
  assert.is(end.outcome, 'completed', JSON.stringify(end.reason));
  const ends = events.flatMap((event) =>
    event.type === 'end' && event.id.startsWith('0-slow-') ? [event] : [],
  );
  assert.is(ends.length, 8);
  assert.equal(
    ends.filter(({ outcome }) => outcome !== 'completed').map(({ outcome }) => outcome),
    [],
  );
  const offsets = events.flatMap((event) => (event.type === 'clock-offset' ? [event.process] : []));
  assert.ok(offsets.includes('slow@agent-1') && offsets.includes('probe@agent-1'));
  assert.not.ok(existsSync(journal.file));
  assert.not.ok(existsSync(join(box.folder, 'job.json')));
});

/* k6 in the runners of a TestRun, with the operator's part played by fake-operator.mjs. */
async function inRunners(k6: string) {
  const line = `load: [${k6}, { kind: streams, concurrency: 2, duration: 12s, ramp: 1s }, { kind: probe, rate: 2 }]`;
  const text = small.replace(/^load: .*$/m, line).replace('timeScale: 10', 'timeScale: 2');
  const images = { node: null, traefik: null, app: null };
  const scenario = parseScenario(text, join(box.folder, 'k6.yaml'));
  const plan = makePlan(scenario, { cluster: 'embedded', images });
  const { end, events, journal } = await withAgents(plan, ({ kind }) => kind === 'k6');
  assert.not.ok(existsSync(journal.file), 'the journal is unwound');
  assert.not.ok(existsSync(join(box.folder, 'job.json')));
  assert.not.ok(existsSync(join(box.folder, 'testrun.json')));
  const ofKind = <Type extends HistoryEvent['type']>(type: Type) =>
    events.flatMap((event) => (event.type === type ? [event as Extract<HistoryEvent, { type: Type }>] : []));
  return { end, events, ofKind, ends: ofKind('end').filter(({ id }) => id.startsWith('0-k6-')) };
}

if (k6Here('k6 in the runners of a TestRun') !== null) {
  test('k6 in two runners of a TestRun: arrivals shared, one clock, all followed to their ends', async () => {
    const { end, ends, ofKind } = await inRunners('{ kind: k6, vus: 100, rate: 5, duration: 6s }');
    assert.is(end.outcome, 'completed', JSON.stringify(end.reason));
    assert.ok(ends.length >= 10, String(ends.length));
    assert.equal([...new Set(ends.map(({ outcome }) => outcome))], ['completed']);
    assert.equal([...new Set(ends.map(({ id }) => /^0-k6-(a\d)-/.exec(id)?.[1]))].sort(), ['a0', 'a1']);
    assert.is(new Set(ends.map(({ id }) => id)).size, ends.length);
    // Runners have this machine's clock, so their times must lie within what our own requests show.
    const offsets = ofKind('clock-offset').filter(({ process }) => process.startsWith('k6@runner-'));
    assert.equal([...new Set(offsets.map(({ process }) => process))].sort(), ['k6@runner-1', 'k6@runner-2']);
    for (const { offsetNs, errorNs } of offsets) assert.ok(Math.abs(offsetNs) <= errorNs + 2e6);
    const [summary] = ofKind('engine-summary').filter(({ engine }) => engine === 'k6');
    assert.equal(summary?.problems, []);
    assert.match(summary?.version ?? '', /^v\d/);
    assert.is(summary?.figures.started, ends.length);
  });

  test("a script of the user's own in two runners: it waits for all, is followed to its end, and only its requests count", async () => {
    const folder = join(box.folder, 'own');
    mkdirSync(folder);
    writeFileSync(
      join(folder, 'mine.js'),
      `import http from 'k6/http';
       export const options = { scenarios: { mine: { executor: 'per-vu-iterations', vus: 4, iterations: 3, exec: 'once' } } };
       export function setup() { return { path: '/short?id=mine' }; }
       export function once({ path }) { http.get(__ENV.MIDFLIGHT_URL + path, { headers: { Host: __ENV.MIDFLIGHT_HOSTNAME } }); }`,
    );
    const { ends, ofKind } = await inRunners('{ kind: k6, script: own/mine.js }');
    assert.equal([ends.length, ...new Set(ends.map(({ outcome }) => outcome))], [12, 'completed']);
    assert.equal(ofKind('engine-summary').find(({ engine }) => engine === 'k6')?.problems, []);
  });

  test('a runner that dies makes the trial unknown; without the operator k6 in pods is refused', async () => {
    const killed = inRunners('{ kind: k6, vus: 100, rate: 5, duration: 6s }');
    const pidOf = () =>
      readdirSync(box.folder).find(
        (name) =>
          /^midflight-k6-.*-2\.pid$/.test(name) &&
          existsSync(join(box.folder, 'testrun.json')) &&
          name.startsWith(JSON.parse(readFileSync(join(box.folder, 'testrun.json'), 'utf8')).metadata.name),
      );
    const logOf = () => join(box.folder, (pidOf() ?? '').replace('.pid', '.log'));
    await until(
      'requests of the second runner',
      () =>
        pidOf() !== undefined &&
        existsSync(logOf()) &&
        readFileSync(logOf(), 'utf8').includes('"midflight_ended"'),
    );
    process.kill(Number(readFileSync(join(box.folder, pidOf() ?? ''), 'utf8')), 'SIGKILL');
    const { ofKind } = await killed;
    assert.match(
      ofKind('instrument-failed')
        .map(({ reason }) => reason)
        .join(),
      "k6's runner 2 ended with exit code 137",
    );

    writeFileSync(join(box.folder, 'no-operator'), '');
    try {
      const { end } = await inRunners('{ kind: k6, vus: 4, duration: 10s }');
      assert.is(end.outcome, 'failed');
      assert.match(JSON.stringify(end.reason), 'k6 operator');
    } finally {
      rmSync(join(box.folder, 'no-operator'));
    }
  });
}

test.run();
