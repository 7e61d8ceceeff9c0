import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { balancerShares } from '../../../src/analysis/build/balancer-shares.ts';
import type { PolicyName } from '../../../src/catalogue/policies.ts';
import { zoneLabel } from '../../../src/catalogue/zones.ts';
import type { TopologyNode } from '../../../src/history/schema.ts';
import { reportOf, trialOf } from '../../support/analysis.ts';
import { history, type RequestOptions } from '../../support/history.ts';
import { basicPlan } from '../../support/plan.ts';
import { beside, dead, fault, faultTrial, shareOf, through } from '../../support/prediction.ts';

test('expected share: a node without pods carries a fifth under Cluster, nothing under Local', async () => {
  assert.is(await shareOf({ policy: 'Cluster', fault }), 0.2);
  assert.is(await shareOf({ policy: 'Local', fault }), 0);
});

test('expected share: a preference for the same node saves the second hop on nodes with a pod', async () => {
  const plan = {
    service: {
      internalTrafficPolicy: 'Cluster' as const,
      sourceRanges: [],
      affinitySeconds: null,
      trafficDistribution: 'PreferSameNode' as const,
    },
  };
  const hit = { kind: 'power-off', node: 'stable-1' };
  // Of five nodes one is the target; stable-0 keeps its own; the other three reach the target's pod half the time; then the app.
  assert.is(await shareOf({ policy: 'Cluster', fault: hit }, { plan, app: ['stable-0'] }), 0.5);
  const asPolicy = { policy: 'Cluster+PreferSameNode', fault: hit } as const;
  assert.is(await shareOf(asPolicy, { app: ['stable-0'] }), 0.5, 'of the policy itself');
  assert.is(await shareOf({ policy: 'Cluster', fault: hit }, { app: ['stable-0'] }), 0.6);
  assert.is(await shareOf({ policy: 'Cluster', fault }, { plan, app: ['stable-0'] }), 0.2);
  assert.is(await shareOf({ policy: 'Local', fault: hit }, { plan, app: ['stable-0'] }), 0.5);
});

test('expected share: what is arranged beside the policy decides which nodes the balancer reaches', async () => {
  const hit = { kind: 'power-off', node: 'stable-1' };
  for (const policy of ['Cluster+ExcludeLabel', 'Cluster+PodDirect', 'Local+DaemonSet'] as const)
    assert.is(await shareOf({ policy, fault }), 0, `${policy}: a node without a pod carries nothing`);
  const app = ['stable-0'];
  // The label: half arrive at the target, and of the rest half go on to its pod.
  assert.is(await shareOf({ policy: 'Cluster+ExcludeLabel', fault: hit }, { app }), 0.75);
  assert.is(await shareOf({ policy: 'Cluster+PodDirect', fault: hit }, { app }), 0.5, 'no second hop');
});

test('expected share: a node with one of two pods of each', async () => {
  const hit = { kind: 'power-off', node: 'stable-1' };
  // 1 - 4/5 x 1/2 x 1/2; under Local transit and ingress are one: 1 - 1/2 x 1/2.
  assert.is(await shareOf({ policy: 'Cluster', fault: hit }), 0.8);
  assert.is(await shareOf({ policy: 'Local', fault: hit }), 0.75);
});

test('expected share: past the Service there is no second hop, whatever the policy', async () => {
  const plan = { edge: { ...basicPlan.edge, hostPort: { port: 8000, forwarded: true } } };
  const hit = { kind: 'power-off', node: 'stable-1' };
  for (const policy of ['Cluster', 'Local'] as const) {
    assert.is(await shareOf({ policy, fault }, { plan }), 0, policy);
    assert.is(await shareOf({ policy, fault: hit }, { plan }), 0.75, policy);
  }
});

test('expected share: pods weigh by their number, nodes of Local do not', async () => {
  const hit = { kind: 'power-off', node: 'stable-1' };
  const placed = { ingress: ['stable-0', 'stable-0', 'stable-1'], app: ['stable-0'] };
  // 1 - 4/5 x 2/3.
  assert.is(await shareOf({ policy: 'Cluster', fault: hit }, placed), 0.466667);
  assert.is(await shareOf({ policy: 'Local', fault: hit }, placed), 0.5);
});

test('what the busiest ingress pod gets: under Local nodes weigh the same, whatever the number of their pods', async () => {
  const of = async (policy: PolicyName, ingress?: string[]) => {
    const built = history(ingress === undefined ? {} : { ingress })
      .trial(10, { policy })
      .endTrial(60_000);
    return (await reportOf(built)).comparison[0]?.busiestPod;
  };
  const three = ['stable-0', 'stable-0', 'stable-1'];
  assert.equal(await of('Cluster', three), { share: 0.333333, even: 0.333333 });
  assert.equal(await of('Local', three), { share: 0.5, even: 0.333333 });
  assert.equal(await of('Local'), { share: 0.5, even: 0.5 });
  // Three of five nodes pass on to either pod; stable-0 and stable-1 keep their own, which are 2 pods and 1.
  assert.equal((await of('Cluster+PreferSameNode', three))?.share, 0.4);
});

test('expected share of faults that spare the node', async () => {
  const node = 'stable-1';
  // 1 - 1/2 x 1/2: ingress and app move away.
  assert.is(await shareOf({ fault: { kind: 'drain', node } }), 0.75);
  assert.is(await shareOf({ fault: { kind: 'pod-kill', node, pod: 'ingress' } }), 0.5);
  assert.is(await shareOf({ fault: { kind: 'pod-kill', node, pod: 'app' } }), 0.5);
  assert.is(await shareOf({ fault: { kind: 'drain', node: dead } }), 0);
});

test('expected share of a zone whose balancer keeps connections in it: by zones, not by nodes', () => {
  const node = (name: string, zone?: string): TopologyNode => ({
    name,
    pool: 'p',
    address: '',
    preemptible: false,
    controlPlane: false,
    labels: zone === undefined ? {} : { [zoneLabel]: zone },
  });
  const nodes = [node('a1', 'a'), node('a2', 'a'), node('a3', 'a'), node('b1', 'b'), node('none')];
  const shares = (crossZone: boolean, among = nodes) =>
    Object.fromEntries(balancerShares(among, { ...basicPlan.edge, crossZone }));
  assert.equal(shares(true), { a1: 0.2, a2: 0.2, a3: 0.2, b1: 0.2, none: 0.2 });
  assert.equal(shares(false), { a1: 1 / 6, a2: 1 / 6, a3: 1 / 6, b1: 0.5 });
  assert.equal(shares(false, [node('x'), node('y')]), { x: 0.5, y: 0.5 });
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

test('across a flip, streams from before it and after it: on the target or not, the trial counts', async () => {
  const of = (...from: RequestOptions[]) =>
    from
      .reduce(
        (built, one) => built.stream(one),
        history({ expect: [['lost', '<= 1']] })
          .trial(10, { policy: 'Cluster->Local', fault })
          .flip(5000)
          .fault(10_000),
      )
      .endTrial(60_000);
  const after = { from: 7000, to: 27_000 };
  const none = await trialOf(of(beside, after));
  assert.equal([none.predicted?.expectedShare, none.verdict, none.reason], [0.1, 'pass', null]);
  const one = await trialOf(of(through, after));
  assert.equal(one.atInjection?.throughTarget, 1);
  assert.not.match(one.reason ?? '', 'streams were on it');
});

test.run();
