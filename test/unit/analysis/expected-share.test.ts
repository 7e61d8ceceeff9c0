import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { trialOf } from '../../support/analysis.ts';
import { basicPlan } from '../../support/plan.ts';
import { beside, dead, fault, faultTrial, shareOf, through } from '../../support/prediction.ts';

test('expected share: a node without pods carries a fifth under Cluster, nothing under Local', async () => {
  assert.is(await shareOf({ policy: 'Cluster', fault }), 0.2);
  assert.is(await shareOf({ policy: 'Local', fault }), 0);
});

test('expected share: a preference for the same node spares the second hop where a pod is', async () => {
  const plan = { service: { affinitySeconds: null, trafficDistribution: 'PreferSameNode' as const } };
  const hit = { kind: 'power-off', node: 'stable-1' };
  // Of five nodes one is the target; stable-0 keeps its own; the other three reach the target's pod half the time; then the app.
  assert.is(await shareOf({ policy: 'Cluster', fault: hit }, { plan, app: ['stable-0'] }), 0.5);
  const asPolicy = { policy: 'Cluster+PreferSameNode', fault: hit } as const;
  assert.is(await shareOf(asPolicy, { app: ['stable-0'] }), 0.5, 'of the policy itself');
  assert.is(await shareOf({ policy: 'Cluster', fault: hit }, { app: ['stable-0'] }), 0.6);
  assert.is(await shareOf({ policy: 'Cluster', fault }, { plan, app: ['stable-0'] }), 0.2);
  assert.is(await shareOf({ policy: 'Local', fault: hit }, { plan, app: ['stable-0'] }), 0.5);
});

test('expected share: a node with one of two pods of each', async () => {
  const hit = { kind: 'power-off', node: 'stable-1' };
  // 1 - 4/5 x 1/2 x 1/2; under Local transit and ingress are one: 1 - 1/2 x 1/2.
  assert.is(await shareOf({ policy: 'Cluster', fault: hit }), 0.8);
  assert.is(await shareOf({ policy: 'Local', fault: hit }), 0.75);
});

test('expected share: pods weigh by their number, nodes of Local do not', async () => {
  const hit = { kind: 'power-off', node: 'stable-1' };
  const placed = { ingress: ['stable-0', 'stable-0', 'stable-1'], app: ['stable-0'] };
  // 1 - 4/5 x 2/3.
  assert.is(await shareOf({ policy: 'Cluster', fault: hit }, placed), 0.466667);
  assert.is(await shareOf({ policy: 'Local', fault: hit }, placed), 0.5);
});

test('expected share of faults that spare the node', async () => {
  const node = 'stable-1';
  // 1 - 1/2 x 1/2: ingress and app move away.
  assert.is(await shareOf({ fault: { kind: 'drain', node } }), 0.75);
  assert.is(await shareOf({ fault: { kind: 'pod-kill', node, pod: 'ingress' } }), 0.5);
  assert.is(await shareOf({ fault: { kind: 'pod-kill', node, pod: 'app' } }), 0.5);
  assert.is(await shareOf({ fault: { kind: 'drain', node: dead } }), 0);
});

test('expected share across a flip: a cohort began before it, renewed streams after it', async () => {
  const renewed = {
    plan: { load: basicPlan.load.map((load) => (load.kind === 'streams' ? { ...load, renew: true } : load)) },
  };
  const policy = 'Cluster->Local';
  assert.is(await shareOf({ policy, fault }, {}, 5000), 0.2);
  assert.is(await shareOf({ policy, fault }, renewed, 5000), 0);
  assert.is(await shareOf({ policy: 'Local->Cluster', fault }, {}, 5000), 0);
  assert.is(await shareOf({ policy: 'Local->Cluster', fault }, renewed, 5000), 0.2);
});

test('streams expected on the target, and none there: unknown', async () => {
  const trial = await trialOf(
    faultTrial({ expect: [['lost', 0]] })
      .streams(5, beside)
      .endTrial(60_000),
  );
  assert.is(trial.requests.lost, 0);
  assert.is(trial.verdict, 'unknown');
  assert.match(trial.reason ?? '', 'none was on it when it was hit');
});

test("none expected on the target: the edge's log must show where each one was", async () => {
  const local = { policy: 'Local' } as const;
  const options = { expect: [['lost', 0]] } as const;
  const proven = await trialOf(faultTrial(options, local).streams(5, beside).endTrial(60_000));
  assert.is(proven.verdict, 'pass');
  const unproven = await trialOf(
    faultTrial(options, local)
      .streams(4, beside)
      .stream({ ...beside, transit: null })
      .endTrial(60_000),
  );
  assert.is(unproven.verdict, 'unknown');
  assert.match(unproven.reason ?? '', "the edge's log does not show where 1 of the streams were");
});

test('none expected on the target, and one there: unknown', async () => {
  const trial = await trialOf(
    faultTrial({ expect: [['lost', 1]] }, { policy: 'Local' })
      .streams(5, beside)
      .stream(through)
      .endTrial(60_000),
  );
  assert.is(trial.verdict, 'unknown');
  assert.match(trial.reason ?? '', '1 streams were on it');
});

test.run();
