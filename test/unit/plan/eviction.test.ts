import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { evictionMs } from '../../../src/plan/eviction.ts';
import { makePlan } from '../../../src/plan/make.ts';
import { trialMs } from '../../../src/plan/wall.ts';
import { parseScenario } from '../../../src/scenario/load.ts';

/** One ingress pod for two nodes that may run it; the app elsewhere. */
const single = `name: single
nodes: [{ name: edge, count: 2, labels: { role: edge } }, { name: work, count: 1, labels: { role: work } }]
ingress: { replicas: 1, nodeSelector: { role: edge } }
app: { replicas: 1, nodeSelector: { role: work } }
load: [{ kind: streams, concurrency: 5, duration: 60s }, { kind: probe, rate: 4 }]
policies: [Cluster, Local]
fault: { kind: power-off, target: { runs: ingress } }
`;
const planOf = (text: string) => makePlan(parseScenario(text, 'x.yaml'), { cluster: 'embedded' });
const changed = (from: string, to: string) => {
  assert.ok(single.includes(from), from);
  return planOf(single.replace(from, to));
};
const ingressOn = (...nodes: string[]) => ({ ingress: nodes, app: ['work-0'] });

test('if the fault takes the last endpoint, the run waits for eviction', () => {
  assert.is(evictionMs(planOf(single), ['edge-0'], ingressOn('edge-0')), 300_000);
  const quick = planOf(`${single}timers: { podEvictionTimeout: 30s }\n`);
  assert.is(evictionMs(quick, ['edge-0'], ingressOn('edge-0')), 30_000);
  assert.is(
    evictionMs(planOf(single), ['edge-0'], { ingress: ['edge-1'], app: ['edge-0'] }),
    300_000,
    'the app',
  );
});

test('it does not wait for eviction if an endpoint is left, or if nothing would bring one back', () => {
  assert.is(evictionMs(planOf(single), ['edge-0'], ingressOn('edge-0', 'edge-1')), 0);
  assert.is(evictionMs(planOf(single), ['edge-1'], ingressOn('edge-0')), 0);
  const daemons = changed('ingress: { replicas: 1,', 'ingress: { kind: DaemonSet,');
  assert.is(evictionMs(daemons, ['edge-0'], ingressOn('edge-0')), 0, "a DaemonSet's pods are never evicted");
  const nowhere = changed('name: edge, count: 2', 'name: edge, count: 1');
  assert.is(evictionMs(nowhere, ['edge-0'], ingressOn('edge-0')), 0, 'no other node fits');
  const tolerant = changed(
    'ingress: { replicas: 1,',
    'ingress: { replicas: 1, tolerations: [{ operator: Exists }],',
  );
  assert.is(evictionMs(tolerant, ['edge-0'], ingressOn('edge-0')), 0, 'the taint is tolerated for ever');
});

test('a fault that ends the pods itself, or leaves the node alive, needs no eviction', () => {
  for (const kind of ['preempt', 'drain', 'pod-kill']) {
    assert.is(
      evictionMs(changed('kind: power-off', `kind: ${kind}`), ['edge-0'], ingressOn('edge-0')),
      0,
      kind,
    );
  }
  // A stopped kubelet leaves the pods alive, and yet their endpoints go with the node's readiness.
  for (const kind of ['unplug', 'kubelet-stop']) {
    assert.is(
      evictionMs(changed('kind: power-off', `kind: ${kind}`), ['edge-0'], ingressOn('edge-0')),
      300_000,
      kind,
    );
  }
});

test("the plan's time includes it, and a notice", () => {
  const longest = (text: string) =>
    Math.max(...planOf(text).trials.map((trial) => trialMs(planOf(text), trial)));
  const two = single.replace(
    'replicas: 1, nodeSelector: { role: edge }',
    'replicas: 2, nodeSelector: { role: edge }',
  );
  assert.ok(longest(single) - longest(two) >= 300_000);
  const preempted = two.replace('kind: power-off', 'kind: preempt');
  assert.is(longest(preempted) - longest(two), 30_000);
});

test.run();
