import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runnersIn, testRunObjects } from '../../../../src/providers/agents/test-run.ts';
import { crdProblems, publishedCrd } from '../../../support/openapi.ts';

const wanted = {
  count: 3,
  image: 'own/k6:1',
  files: { 'script.js': 'ours' },
  env: { MIDFLIGHT_VUS: '4' },
  keepAlive: false,
};
interface Made {
  readonly items: readonly [
    { readonly data: object; readonly metadata: object },
    { readonly spec: { readonly arguments: string; readonly runner: { readonly image?: string } } },
  ];
}
const made = (more: Partial<typeof wanted> | { image: null } = {}) =>
  testRunObjects('run', 'load', { ...wanted, ...more }) as Made;

test('the TestRun is one that the operator publishes, and its script is in the ConfigMap of its name', () => {
  const [configMap, testRun] = made().items;
  assert.equal(crdProblems(publishedCrd('TestRun'), testRun), []);
  assert.equal(configMap.data, wanted.files);
  assert.equal(configMap.metadata, {
    name: 'run',
    namespace: 'load',
    labels: { 'app.kubernetes.io/name': 'midflight' },
  });
  const wrong = JSON.parse(JSON.stringify(testRun).replace('"parallelism":3', '"parallelism":"3"'));
  assert.equal(crdProblems(publishedCrd('TestRun'), wrong), ['.spec.parallelism: "3" is no integer']);
});

test('kept connections and the image are as asked for', () => {
  const [, plain] = made({ image: null }).items;
  assert.match(plain.spec.arguments, '--no-connection-reuse');
  assert.not.ok('image' in plain.spec.runner);
  const [, kept] = made({ keepAlive: true }).items;
  assert.not.match(kept.spec.arguments, '--no-connection-reuse');
  assert.is(kept.spec.runner.image, 'own/k6:1');
});

test('runners are known by the index that the operator gives their Jobs', () => {
  const pod = (name: string, job: string, phase: string, state: object) => ({
    metadata: { name, labels: { 'job-name': job } },
    status: { phase, containerStatuses: [{ state }] },
  });
  const items = [
    pod('b-x', 'run-2', 'Failed', { terminated: { exitCode: 107 } }),
    pod('a-y', 'run-1', 'Running', { running: {} }),
  ];
  assert.equal(runnersIn(JSON.stringify({ items })), [
    { pod: 'a-y', index: 1, running: true, exitCode: null },
    { pod: 'b-x', index: 2, running: false, exitCode: 107 },
  ]);
});

test.run();
