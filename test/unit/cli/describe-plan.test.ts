import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { packageRoot } from '../../../src/base/package.ts';
import { describePlan } from '../../../src/cli/describe-plan.ts';
import { makePlan } from '../../../src/plan/make.ts';
import { loadScenario } from '../../../src/scenario/load.ts';

const plan = makePlan(loadScenario(join(packageRoot(), 'experiments', 'preemption.yaml')), {
  cluster: 'embedded',
});

test('one line for each thing where there is room', () => {
  const lines = describePlan(plan).split('\n');
  assert.ok(lines.includes('cluster     embedded, 10 times faster than real time'));
  assert.ok(lines.includes('            preemptible: 3, preemptible (labels of gke)'));
  assert.match(lines.find((line) => line.startsWith('fault')) ?? '', /power-off of preemptible-\d$/);
  assert.match(lines.find((line) => line.startsWith('takes')) ?? '', /about \d+ s$/);
});

test('on a terminal no line is wider, and no word is lost', () => {
  const words = (text: string) => text.split(/\s+/).join(' ');
  for (const columns of [60, 80]) {
    const text = describePlan(plan, columns);
    for (const line of text.split('\n')) assert.ok(line.length <= columns, `${line.length}: ${line}`);
    assert.is(words(text), words(describePlan(plan)));
    for (const line of text.split('\n').slice(1, -1)) assert.match(line, /^([a-z]+ +| {12} *)\S/);
  }
});

test.run();
