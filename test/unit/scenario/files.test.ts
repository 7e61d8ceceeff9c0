import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { failureOf } from '../../../src/cli/failure.ts';
import { makePlan } from '../../../src/plan/make.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import { yamlFiles } from '../../support/scenario-files.ts';

const providers = ['embedded', 'kind', 'context'] as const;
const experiments = yamlFiles('experiments');
const valid = yamlFiles('test/scenarios', 'valid-');
const invalid = yamlFiles('test/scenarios', 'invalid-');

/** What `midflight validate` writes about a file, without the folder. */
function complaint(file: string): string {
  try {
    const loaded = loadScenario(file);
    for (const cluster of providers) makePlan(loaded, { cluster });
    return '';
  } catch (error) {
    return failureOf(error).text.replaceAll(file, basename(file));
  }
}

test('the experiments are there, each named as its file', () => {
  const names = experiments.map((file) => loadScenario(file).scenario.name);
  assert.equal(
    names,
    experiments.map((file) => basename(file, '.yaml')),
  );
  for (const shipped of ['preemption', 'switchover', 'ingress-node-loss', 'app-node-loss', 'baseline'])
    assert.ok(names.includes(shipped), shipped);
});

for (const file of [...experiments, ...valid]) {
  test(`${basename(file)} is valid on every provider`, () => assert.is(complaint(file), ''));

  test(`${basename(file)} names its schema in the first line`, () => {
    const [first = ''] = readFileSync(file, 'utf8').split('\n');
    assert.match(first, /^# yaml-language-server: \$schema=(\.\.\/)+schemas\/scenario\.schema\.json$/);
  });
}

for (const file of invalid) {
  test(`${basename(file)} yields exactly its text`, () => {
    const expected = readFileSync(file.replace(/\.yaml$/, '.txt'), 'utf8');
    assert.fixture(complaint(file), expected);
  });
}

test('what npm start runs takes less than a minute, and a kind run of it less than six', () => {
  const preemption = experiments.find((file) => basename(file) === 'preemption.yaml') ?? '';
  const loaded = loadScenario(preemption);
  assert.ok(makePlan(loaded, { cluster: 'embedded' }).expectedWallSeconds <= 50);
  assert.ok(makePlan(loaded, { cluster: 'kind' }).expectedWallSeconds <= 360);
});

test("at least one experiment has Kubernetes' own timers on kind", () => {
  const grace = experiments.map(
    (file) => makePlan(loadScenario(file), { cluster: 'kind' }).timers.nodeMonitorGraceMs,
  );
  assert.ok(grace.includes(50_000));
});

test.run();
