import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import type { PolicyName } from '../../../src/catalogue/policies.ts';
import { makePlan } from '../../../src/plan/make.ts';
import { presets } from '../../../src/presets/index.ts';
import { refusePods, refuseUpstream } from '../../../src/run/refuse.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import type { PresetName } from '../../../src/scenario/schema.ts';

type Name = Parameters<typeof refusePods>[1]['name'];

/** Why it is refused; null: it is not. */
function refusal(plan: Parameters<typeof refusePods>[0], name: Name): string | null {
  try {
    refusePods(plan, { name });
    return null;
  } catch (error) {
    if (!(error instanceof MidflightError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

const of = (policy: PolicyName, preset: PresetName) => ({
  edge: presets[preset],
  trials: [{ index: 0, policy, repeat: 0, seed: 1 }],
});
const unreachable = 'the pods of kind have addresses that a balancer beside its nodes has no route to';

test('a balancer that sends to pods is refused if none of ours can reach them, as a preset and as a policy', () => {
  for (const [policy, preset, words] of [
    ['Cluster', 'pod-direct', 'pod-direct'],
    ['Cluster+PodDirect', 'gke-neg', 'Cluster+PodDirect'],
  ] as const) {
    assert.is(refusal(of(policy, preset), 'kind'), `bad-scenario: ${words} sends to pods: ${unreachable}`);
    assert.is(refusal(of(policy, preset), 'embedded'), null);
  }
  assert.is(refusal(of('Cluster', 'gke-neg'), 'kind'), null);
});

test("a balancer that is there may send to pods, and does not follow midflight's word for it", () => {
  assert.is(refusal(of('Cluster', 'pod-direct'), 'context'), null);
  assert.is(
    refusal(of('Cluster+PodDirect', 'gke-neg'), 'context'),
    "bad-scenario: Cluster+PodDirect sends to pods: the balancer of context is not midflight's",
  );
});

test('the comparison of cures leaves out on a cluster what it cannot have there', () => {
  const loaded = loadScenario('experiments/cures.yaml');
  for (const cluster of ['embedded', 'kind', 'context'] as const)
    assert.is(refusal(makePlan(loaded, { cluster }), cluster), null, cluster);
});

test('HTTP/2 to the app is refused if the ingress is not ours, and such a file stays valid', () => {
  const loaded = loadScenario('experiments/grpc-upstream.yaml');
  const refused = (cluster: 'embedded' | 'kind') => {
    try {
      refuseUpstream(makePlan(loaded, { cluster }), { name: cluster });
      return null;
    } catch (error) {
      return error instanceof MidflightError && error.message;
    }
  };
  assert.is(refused('embedded'), null);
  assert.is(
    refused('kind'),
    "ingress.upstream.protocol: h2c is of the embedded cluster's ingress, and that of kind is not set up for it",
  );
});

test.run();
