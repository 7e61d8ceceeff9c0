import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { report } from '../../src/analysis/schema.ts';
import { runCli, sandbox } from '../support/cli.ts';

/*
 * What a flip costs with the balancers whose controllers do more than change a check, from the outside: as the public
 * reports have it. Whole runs on the embedded cluster, 20 times faster than real time.
 */
const test = suite('flips by preset');

const scenario = (preset: string, policy: string, streams: string, more: string) => `name: flip
nodes:
  - { name: stable, count: 2, labels: { pool: stable } }
  - { name: preemptible, count: 3, preemptible: true }
ingress: { replicas: 2, nodeSelector: { pool: stable } }
app: { replicas: 2, nodeSelector: { pool: stable } }
edge: { preset: ${preset} }
load:
  - { kind: streams, concurrency: 20, ramp: 10s, ${streams} }
  - { kind: probe, rate: 2, timeout: 5s }
policies: ['${policy}']
${more}stability: 10s
timeScale: 20
`;

/** The one trial of a run of this scenario. */
async function trialOf(preset: string, policy: string, streams: string, more = '') {
  const box = sandbox();
  try {
    const file = join(box.folder, 'flip.yaml');
    const out = join(box.folder, 'out');
    writeFileSync(file, scenario(preset, policy, streams, more));
    const { stderr } = await runCli(['run', file, '--out', out], box);
    const [trial] = report.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))).trials;
    assert.ok(trial, stderr);
    const [flip] = trial.disturbances;
    assert.ok(flip, 'there is a flip');
    const longest = Math.max(0, ...(flip.outages ?? []).map(({ lastedSeconds }) => lastedSeconds));
    const history = readFileSync(join(out, 'history.ndjson'), 'utf8');
    return { trial, flip, longest, history, stderr };
  } finally {
    box.remove();
  }
}

// kubernetes/kubernetes#77512: about 3 minutes.
test('GKE target pool: nobody is answered for about 3 minutes, and every stream is lost', async () => {
  const { trial, flip, longest } = await trialOf(
    'gke-target-pool',
    'Local->Cluster',
    'duration: 60s, stall: 30s',
  );
  assert.ok(longest > 160 && longest < 200, `${longest} s`);
  assert.is(flip.outages?.[0]?.share, 1);
  const { started, lost, byCause } = trial.requests;
  assert.equal([lost, byCause.switchover], [started, started]);
  const { byCause: causes, failed } = trial.probes.new ?? { byCause: {}, failed: 0 };
  assert.is(causes.switchover, failed);
});

// aws/containers-roadmap#470: fails some 10 to 20 s after the listener has moved, and is good again 30 s and more later.
test('AWS in-tree NLB: nobody is answered for tens of seconds', async () => {
  const { longest } = await trialOf('aws-nlb-intree', 'Cluster->Local', 'duration: 20s, renew: true');
  assert.ok(longest > 10 && longest < 60, `${longest} s`);
});

// Draining of 30 s, and then no packet more (Google Cloud, "Enable connection draining").
test('GKE endpoint groups: streams through nodes that leave are cut 30 s after', async () => {
  const { trial } = await trialOf('gke-neg', 'Cluster->Local', 'duration: 120s, stall: 20s');
  const { started, lost, byCause } = trial.requests;
  assert.ok(lost > 0 && lost < started, `${lost} of ${started}: those through podless nodes only`);
  assert.is(byCause.switchover, lost);
  // On a machine that was late in the trial it is not known, and says so.
  const { clocksSeconds, clockNotes } = trial;
  if (clocksSeconds.longestSilence === null) assert.is(clockNotes.longestSilence?.code, 'late');
});

const deathInFirstStep =
  'observe: short\nfault: { kind: power-off, target: { runs: nothing }, trigger: { duringStep: 1 } }\n';

test('a node that dies in the first step of a switchover: its new connections are lost to it, and all is undone', async () => {
  const { trial, history, stderr } = await trialOf(
    'custom',
    'Cluster->Local/keep-established',
    'duration: 40s, renew: true',
    deathInFirstStep,
  );
  assert.is(trial.outcome, 'completed', stderr);
  const { switchover = 0, ...others } = trial.probes.new?.byCause ?? {};
  assert.is(switchover, 0, JSON.stringify(others));
  assert.not.match(history, '"not-readmitted"');
});

test('undone, the balancer has let in again what was excluded, though it is red under Local either way', async () => {
  const { trial, history, stderr } = await trialOf(
    'custom',
    'Local->Cluster/exclude-first',
    'duration: 40s, renew: true',
    deathInFirstStep,
  );
  assert.is(trial.outcome, 'completed', stderr);
  assert.not.match(history, '"not-readmitted"');
  const reconciled = history
    .split('\n')
    .filter((line) => line.includes('"type":"reconcile"'))
    .map((line): { policy: string; nodes: string[] } => JSON.parse(line));
  const last = reconciled.at(-1);
  assert.equal([last?.policy, last?.nodes.length], ['Local', 5]);
});

test.run();
