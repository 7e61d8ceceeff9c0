import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { report as reportSchema } from '../../src/analysis/schema.ts';
import { readHistory } from '../../src/history/reader.ts';
import type { EventOf } from '../../src/history/schema.ts';
import { processesWith, runCli, sandbox } from '../support/cli.ts';
import { k6Here } from '../support/k6.ts';

/* One run with every engine in it: what a user's scenario with autocannon and k6 beside our streams gives. */
const test = suite('engines');
const box = sandbox();
test.after(() => box.remove());

const scenario = (name: string, load: readonly string[]) => `
name: ${name}
nodes:
  - { name: stable, count: 2, labels: { role: ingress } }
  - { name: spot, count: 1 }
ingress: { nodeSelector: { role: ingress } }
app: { nodeSelector: { role: ingress } }
load:
  - { kind: streams, concurrency: 12, duration: 90s, ramp: 3s }
  - { kind: probe, rate: 4 }
${load.map((item) => `  - ${item}\n`).join('')}
policies: [Cluster]
fault: { kind: power-off, target: { pool: spot } }
stability: 6s
observe: short
timeScale: 9.7
`;
const autocannon = '{ kind: autocannon, rate: 2, timeout: 10s }';
const k6 = '{ kind: k6, vus: 12, duration: 60s }';
const arrivals = '{ kind: k6, name: arrivals, vus: 60, rate: 0.5, duration: 20s }';

function file(name: string, load: readonly string[]): string {
  const path = join(box.folder, `${name}.yaml`);
  writeFileSync(path, scenario(name, load));
  return path;
}

/** PATH with node in it, and nothing else. */
function pathWithoutK6(): string {
  const folder = join(box.folder, 'bin');
  mkdirSync(folder);
  symlinkSync(process.execPath, join(folder, 'node'));
  return [folder, '/usr/sbin', '/sbin'].join(delimiter);
}

const k6Binary = k6Here('a run with all engines');
if (k6Binary !== null)
  test('streams, autocannon and k6 in one run: each request has its end, and k6 and autocannon lose what goes through the node', async () => {
    const ended = await runCli(
      ['run', file('engines', [autocannon, k6, arrivals]), '--out', box.reports, '--quiet'],
      box,
    );
    assert.is(ended.code, 0, ended.stderr.slice(-3000) + ended.stdout.slice(-3000));
    const report = reportSchema.parse(JSON.parse(readFileSync(join(box.reports, 'report.json'), 'utf8')));
    const [trial] = report.trials;
    assert.is(trial?.verdict, 'pass', String(trial?.reason));
    const engines = trial?.engines ?? {};
    assert.equal(Object.keys(engines).sort(), ['arrivals', 'background', 'k6']);
    for (const [name, { started, completed, lost, byOutcome, problems }] of Object.entries(engines)) {
      assert.equal(problems, [], name);
      const sum = Object.values(byOutcome).reduce((total, count) => total + count, 0);
      assert.is(sum, started, name);
      assert.ok(completed > 0, name);
      assert.is(byOutcome['local-error'] ?? 0, 0, name);
      assert.ok(completed + lost <= started, name);
    }
    assert.is(engines.k6?.started, 12, 'one stream for each virtual user');
    assert.ok(
      (engines.background?.lost ?? 0) > 0,
      'a third of the connections goes to the dead node at first',
    );

    const starts = new Map<string, EventOf<'start'>>();
    const ends: EventOf<'end'>[] = [];
    const summaries: EventOf<'engine-summary'>[] = [];
    for await (const event of readHistory(join(box.reports, 'history.ndjson'))) {
      if (event.type === 'start') starts.set(event.id, event);
      if (event.type === 'end') ends.push(event);
      if (event.type === 'engine-summary') summaries.push(event);
    }
    assert.is(ends.length, starts.size);
    assert.equal(summaries.map(({ engine }) => engine).sort(), ['autocannon', 'k6', 'k6']);
    for (const { version, load, figures } of summaries) {
      assert.match(version, /^v?\d+\.\d+\.\d+/);
      assert.ok((figures.started ?? figures.requests ?? 0) > 0, load);
    }
    // Both know the path of an answer that came: its first chunk tells.
    for (const load of ['background', 'k6', 'arrivals']) {
      const completed = ends.filter(
        ({ id, outcome }) => starts.get(id)?.load === load && outcome === 'completed',
      );
      assert.ok(completed.length > 0, load);
      for (const { path } of completed) assert.match(path?.endpointNode ?? '', /^stable-\d$/);
    }
    assert.equal(processesWith([box.folder]), [], 'nothing is left');
  });

test('without k6: validate accepts the file with a note, run explains how to get it before anything starts', async () => {
  const path = file('no-k6', [k6]);
  const { MIDFLIGHT_K6: _, ...env } = box.env;
  const bare = { ...box, env: { ...env, PATH: pathWithoutK6() } };
  const validated = await runCli(['validate', path], bare);
  assert.is(validated.code, 0);
  assert.match(validated.stdout, 'ok');
  assert.match(validated.stderr, "load 'k6' needs k6, which is not in PATH");
  assert.match(validated.stderr, 'install k6');
  const ran = await runCli(['run', path, '--out', join(box.folder, 'none')], bare);
  assert.is(ran.code, 3);
  assert.match(ran.stderr, "load 'k6' needs k6, which is not in PATH");
  const faulty = join(box.folder, 'faulty.yaml');
  writeFileSync(faulty, scenario('faulty', [k6, '{ kind: probe, name: other, rate: many }']));
  const refused = await runCli(['validate', faulty], bare);
  assert.is(refused.code, 64, 'the other loads are still checked');
  assert.match(refused.stderr, 'rate');
});

test.run();
