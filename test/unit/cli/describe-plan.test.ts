import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { packageRoot } from '../../../src/base/package.ts';
import { describePlan } from '../../../src/cli/describe-plan.ts';
import { makePlan } from '../../../src/plan/make.ts';
import { loadScenario, parseScenario } from '../../../src/scenario/load.ts';

const plan = makePlan(loadScenario(join(packageRoot(), 'experiments', 'preemption.yaml')), {
  cluster: 'embedded',
});

test('one line for each thing if there is room', () => {
  const lines = describePlan(plan).split('\n');
  assert.ok(lines.includes('cluster     embedded, 10 times faster than real time'));
  assert.ok(lines.includes('            preemptible: 3, preemptible (labels of gke)'));
  assert.match(lines.find((line) => line.startsWith('fault')) ?? '', /power-off of preemptible-\d$/);
  assert.match(lines.find((line) => line.startsWith('takes')) ?? '', /about \d+ s$/);
});

test('a fault shows its parameters', () => {
  const fault = { kind: 'scale', target: {}, pod: 'app', parameters: { replicas: 0 } } as const;
  const trigger = { streamsInFlight: 0, afterMs: 0 };
  assert.match(
    describePlan({ ...plan, fault: { ...fault, trigger } }),
    'scale (app) of its pods, replicas: 0',
  );
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

test('the plan of a preemption shows its notice, where agents run, and how to shorten a run in real time', () => {
  const text = `name: shop
cloud: eks
nodes: [{ name: stable, count: 2, labels: { pool: stable } }, { name: spot, count: 2, preemptible: true }]
ingress: { nodeSelector: { pool: stable } }
app: { nodeSelector: { pool: stable } }
load: [{ kind: streams, concurrency: 8, duration: 4m, agents: { context: load, count: 2 } }]
policies: [Cluster]
fault: { kind: preempt, target: { pool: spot } }
`;
  const onKind = makePlan(parseScenario(text, 'shop.yaml'), { cluster: 'kind' });
  const lines = describePlan(onKind);
  assert.match(lines, /preempt of spot-\d, 2 min after its notice\n/);
  assert.match(lines, /8 streams of 4 min each, a chunk every 1 s; from 2 pods of load, namespace default\n/);
  assert.not.match(lines, 'with timeScale');
  const here = makePlan(parseScenario(text.replace(/, agents: \{.*?\}/, ''), 'shop.yaml'), {
    cluster: 'embedded',
  });
  assert.match(describePlan(here), /takes +about \d+ min.*; with timeScale: 10 about \d+ s\n/);
});

test.run();
