import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { packageRoot } from '../../src/base/package.ts';
import { crdProblems, publishedCrd } from '../support/openapi.ts';

/* The manifests for Argo Rollouts and Flagger, held to the schemas that these publish. */
const read = (file: string): unknown =>
  parse(readFileSync(join(packageRoot(), 'deploy', file), 'utf8'), { merge: true });

for (const [file, kind] of [
  ['argo-rollouts.yaml', 'AnalysisTemplate'],
  ['flagger.yaml', 'Canary'],
] as const) {
  const crd = publishedCrd(kind);
  test(`${file} is a valid ${kind}`, () => {
    assert.equal(crdProblems(crd, read(file)), []);
  });
}

test('what the API server would refuse is found', () => {
  const crd = publishedCrd('AnalysisTemplate');
  const template = JSON.stringify(read('argo-rollouts.yaml'));
  const problems = (from: string, to: string) => crdProblems(crd, JSON.parse(template.replace(from, to)));
  assert.equal(problems('"backoffLimit":0', '"backoffLimits":0'), [
    '.spec.metrics[0].provider.job.spec.backoffLimits is unknown',
  ]);
  assert.equal(problems('"backoffLimit":0', '"backoffLimit":"0"'), [
    '.spec.metrics[0].provider.job.spec.backoffLimit: "0" is no integer',
  ]);
  assert.equal(problems('"name":"lost-requests",', ''), ['.spec.metrics[0].name is missing']);
  assert.equal(problems('AnalysisTemplate', 'Analysis'), ['it is no argoproj.io/v1alpha1 AnalysisTemplate']);
  const webhook = JSON.stringify(read('flagger.yaml')).replace('"type":"rollout"', '"type":"rollouts"');
  assert.match(
    crdProblems(publishedCrd('Canary'), JSON.parse(webhook)).join(),
    'webhooks[0].type: "rollouts"',
  );
});

test.run();
