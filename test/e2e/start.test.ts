import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { report as reportSchema } from '../../src/analysis/schema.ts';
import { packageRoot } from '../../src/base/package.ts';
import { runCli, sandbox } from '../support/cli.ts';

/*
 * `npm start`, as the README has it: the trap, the cure and the price of the flip, with every loss accounted for.
 */
const test = suite('npm start');
const box = sandbox();
const folder = join(box.reports, 'preemption');
const began = performance.now();
const stdout = execFileSync('npm', ['start', '--silent', '--', '--out', folder], {
  cwd: packageRoot(),
  env: box.env,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
  timeout: 240_000,
});
console.log(`npm start took ${((performance.now() - began) / 1000).toFixed(1)} s`);
const text = readFileSync(join(folder, 'report.json'), 'utf8');
const report = reportSchema.parse(JSON.parse(text));
const trialsOf = (policy: string) => report.trials.filter((trial) => trial.policy === policy);

test.after(() => box.remove());

test('ends with a table and a report folder', () => {
  for (const word of ['Cluster', 'Local', 'Cluster->Local', 'transit', 'report.html'])
    assert.match(stdout, word);
  for (const file of ['history.ndjson', 'report.json', 'report.html', 'report.md'])
    assert.ok(existsSync(join(folder, file)), file);
});

test('passes, with every trial valid', () => {
  assert.is(report.verdict, 'pass', JSON.stringify(report.expectations, null, 1));
  assert.is(report.outcome, 'completed');
  for (const trial of report.trials) assert.is(trial.verdict, 'pass', `${trial.policy}: ${trial.reason}`);
});

test('every request is accounted for', () => {
  for (const { requests, policy } of report.trials) {
    assert.is(requests.completed + requests.lost + requests.cancelled, requests.started, String(policy));
    for (const counts of [requests.byOutcome, requests.byOutcomeClient]) {
      const sum = Object.values(counts).reduce((total, count) => total + (count ?? 0), 0);
      assert.is(sum, requests.started);
    }
    assert.ok(requests.started >= 50);
  }
});

test('Cluster loses every stream through the killed node, as transit, and no other', () => {
  const trials = trialsOf('Cluster');
  assert.ok(trials.length >= 1);
  for (const trial of trials) {
    assert.ok(trial.requests.lost > 0);
    assert.is(trial.requests.byCause.transit, trial.requests.lost);
    assert.is(trial.requests.lost, trial.atInjection?.throughTarget);
    assert.is(trial.requests.lost, trial.predicted?.lost);
    assert.is(trial.requests.avoidableByLocal, trial.requests.lost);
    assert.is(trial.sourceAddress, 'lost');
    const { edgeEjected, nodeNotReady, failover, firstFailedProbe } = trial.clocksSeconds;
    assert.ok(edgeEjected !== null && edgeEjected > 0);
    assert.ok(nodeNotReady !== null && nodeNotReady > edgeEjected, 'the edge is quicker than Kubernetes');
    assert.ok(failover !== null && firstFailedProbe !== null && failover > firstFailedProbe);
  }
});

test('Local loses nothing and keeps the address', () => {
  for (const trial of trialsOf('Local')) {
    assert.is(trial.requests.lost, 0);
    assert.is(trial.predicted?.lost, 0);
    assert.is(trial.atInjection?.throughTarget, 0);
    assert.is(trial.clocksSeconds.failover, 0);
    assert.is(trial.sourceAddress, 'kept');
  }
});

test('a live flip and a kill are two disturbances, each with its own losses and clocks', () => {
  for (const trial of trialsOf('Cluster->Local')) {
    const [flip, fault] = trial.disturbances;
    assert.is(trial.disturbances.length, 2);
    assert.is(flip?.kind, 'flip');
    assert.is(fault?.kind, 'fault');
    assert.is(flip?.requestsLost, 0, 'established streams outlive the flip');
    assert.ok((flip?.clocksSeconds.failover ?? 0) > 0, 'new connections fail until the edge has followed');
    assert.is(fault?.requestsLost, trial.requests.lost);
    assert.is(trial.requests.lost, trial.predicted?.lost);
    assert.ok(trial.requests.lost > 0, 'streams from before the flip die with the node');
    assert.is(trial.requests.byCause.transit, trial.requests.lost);
    assert.is(trial.sourceAddress, 'changes');
  }
});

test('the same target and seed under every policy of one repeat', () => {
  for (const repeat of new Set(report.trials.map((trial) => trial.repeat))) {
    const nodes = report.trials.filter((trial) => trial.repeat === repeat).map(({ fault }) => fault?.node);
    assert.is(new Set(nodes).size, 1);
  }
});

test('a clock that did not tick is null, with a reason', () => {
  for (const { clocksSeconds, clockNotes } of report.trials) {
    for (const [name, value] of Object.entries(clocksSeconds)) {
      const note = clockNotes[name as keyof typeof clockNotes];
      if (value === null) assert.ok(note?.reason, `${name} has no reason`);
    }
  }
});

test('the same report again from the history alone', async () => {
  const again = await runCli(['report', folder], box);
  assert.is(again.code, 0, again.stderr);
  assert.is(readFileSync(join(folder, 'report.json'), 'utf8'), text);
});

test.run();
