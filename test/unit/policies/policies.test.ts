import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  changesPolicy,
  isSwitchover,
  policies,
  policyNames,
  switchoverPolicy,
} from '../../../src/catalogue/policies.ts';
import { strategyOf } from '../../../src/policies/index.ts';
import { presets } from '../../../src/presets/index.ts';

const stepsOf = (name: (typeof policyNames)[number], edge = presets['gke-neg']) =>
  strategyOf(name, edge).switchOver?.steps.map((step) => step.name) ?? null;

test('a policy that stays has no steps, and every other has one that flips, or a second Service', () => {
  for (const name of policyNames) {
    const { name: own, initial, final } = strategyOf(name, presets['gke-neg']);
    assert.is(own, name);
    assert.is(initial !== final, changesPolicy(name));
    assert.is(policies[name].final, final);
    const steps = stepsOf(name);
    assert.is(
      steps?.filter((step) => step === 'flip').length ?? null,
      isSwitchover(name) ? (name.endsWith('/parallel-service') || !changesPolicy(name) ? 0 : 1) : null,
      name,
    );
  }
});

test('what a policy arranges is made of the steps that switchovers use', () => {
  const arranged = (name: (typeof policyNames)[number]) =>
    (strategyOf(name, presets['gke-neg']).arrangement?.steps ?? []).map((step) => step.name);
  assert.equal(arranged('Cluster+ExcludeLabel'), ['exclude']);
  assert.equal(arranged('Local+DaemonSet'), ['ingress everywhere']);
  assert.equal(arranged('Cluster+PodDirect'), ['pods as targets']);
  assert.equal(arranged('Local'), []);
  const label = strategyOf('Cluster+ExcludeLabel', presets.azure).arrangement?.preconditions ?? [];
  assert.ok(label.some(({ name }) => name === 'the exclude label is honoured'));
});

test('a live change in addition to the policy is a patch of its own', () => {
  assert.equal(stepsOf('Cluster->Cluster+PreferSameNode'), ['prefer']);
});

test('a name is the direction, and behind a slash the way, if it is not in place', () => {
  assert.is(switchoverPolicy('Cluster->Local', 'in-place'), 'Cluster->Local');
  assert.is(switchoverPolicy('Local->Cluster', 'pin-check'), 'Local->Cluster/pin-check');
  assert.is(new Set(policyNames).size, policyNames.length);
});

test('under Local the label stays if a new target counts as healthy at first', () => {
  assert.equal(stepsOf('Cluster->Local/exclude-first'), ['exclude', 'flip', 'include']);
  assert.equal(stepsOf('Cluster->Local/exclude-first', presets.octavia), ['exclude', 'flip']);
  assert.equal(stepsOf('Local->Cluster/exclude-first', presets.octavia), ['exclude', 'flip', 'include']);
});

test('the pin outlives the flip, and every step that takes nodes back', () => {
  const custom = presets.custom;
  assert.equal(stepsOf('Local->Cluster/pin-check', custom), [
    'exclude',
    'pin the check',
    'flip',
    'include',
    'unpin the check',
  ]);
  // Under Local a pinned check would find nodes without a pod healthy: they come back only behind the pin.
  assert.equal(stepsOf('Cluster->Local/pin-check', custom), [
    'exclude',
    'pin the check',
    'flip',
    'unpin the check',
    'include',
  ]);
});

test('extra ingress pods go only when their nodes have left the balancer, or stay known to it', () => {
  const way = 'Cluster->Local/daemonset-first';
  assert.equal(stepsOf(way), ['ingress everywhere', 'flip', 'exclude', 'extra ingress away', 'include']);
  assert.equal(stepsOf(way, presets.haproxy), [
    'ingress everywhere',
    'flip',
    'exclude',
    'extra ingress away',
  ]);
  assert.equal(stepsOf(way, presets.azure), ['ingress everywhere', 'flip', 'extra ingress away']);
  assert.equal(stepsOf('Local->Cluster/daemonset-first'), [
    'ingress everywhere',
    'flip',
    'extra ingress away',
  ]);
});

test.run();
