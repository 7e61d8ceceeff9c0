import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { trialOf } from '../../support/analysis.ts';
import { causesOf, dead, powerOff, requestsOf } from '../../support/attribution.ts';
import { history, ns } from '../../support/history.ts';
import { basicPlan } from '../../support/plan.ts';

test('only carried by the dead node: transit, and Local would have saved it', async () => {
  const { byCause, avoidableByLocal } = await requestsOf({ fault: powerOff() }, [{ transit: dead }]);
  assert.equal(byCause, { transit: 1 });
  assert.is(avoidableByLocal, 1);
});

test('carried by a dead node that has an ingress pod as well: transit, but Local would not have saved it', async () => {
  const { byCause, avoidableByLocal } = await requestsOf({ fault: powerOff('stable-1') }, [
    { transit: 'stable-1' },
  ]);
  assert.equal(byCause, { transit: 1 });
  assert.is(avoidableByLocal, 0);
});

test('endpoint goes before ingress, ingress before transit', async () => {
  const fault = powerOff('stable-1');
  const everything = { transit: 'stable-1', ingress: 'stable-1', endpoint: 'stable-1' };
  assert.equal(await causesOf({ fault }, [everything]), { endpoint: 1 });
  assert.equal(await causesOf({ fault }, [{ ...everything, endpoint: 'stable-0' }]), { ingress: 1 });
  assert.equal(await causesOf({ fault }, [{ ...everything, endpoint: 'stable-0', ingress: 'stable-0' }]), {
    transit: 1,
  });
  assert.equal(await causesOf({ fault }, [{ endpoint: 'stable-1' }]), { endpoint: 1 });
  assert.equal(await causesOf({ fault }, [{ ingress: 'stable-1' }]), { ingress: 1 });
});

test('a path that does not touch the dead node is unattributed, though lost after it died', async () => {
  const { byCause, disturbances } = await requestsOf({ fault: powerOff() }, [{}]);
  assert.equal(byCause, { unattributed: 1 });
  assert.is(disturbances[0]?.requestsLost, 1);
});

test('an unknown path is unattributed', async () => {
  const unknown = { transit: null, endpoint: null, firstByte: null };
  assert.equal(await causesOf({ fault: powerOff() }, [unknown]), { unattributed: 1 });
});

test('losses from before the fault are not attributed to it', async () => {
  const { byCause, disturbances } = await requestsOf({ fault: powerOff() }, [{ transit: dead, to: 9999 }]);
  assert.equal(byCause, { unattributed: 1 });
  assert.is(disturbances[0]?.requestsLost, 0);
});

test('a trial without any disturbance attributes nothing', async () => {
  assert.equal(await causesOf({}, [{ transit: dead }]), { unattributed: 1 });
});

test('past the Service: a dead node is the ingress of what it took, and no flip drops anything', async () => {
  const plan = { edge: { ...basicPlan.edge, hostPort: { port: 8000, forwarded: false } } };
  const unknown = { transit: 'stable-1', ingress: null, endpoint: null, firstByte: null, from: 11_000 };
  const { byCause, avoidableByLocal } = await requestsOf({ fault: powerOff('stable-1') }, [unknown], {
    plan,
  });
  assert.equal(byCause, { ingress: 1 });
  assert.is(avoidableByLocal, 0);
  // Long after the flip, on a node without an ingress pod: no kube-proxy is there that would drop it.
  const onBare = { transit: dead, endpoint: null, firstByte: null, from: 30_000, to: 40_000 };
  const flipThenFault = { policy: 'Cluster->Local', fault: powerOff('stable-1') } as const;
  assert.equal(await causesOf(flipThenFault, [onBare]), { switchover: 1 });
  assert.equal(await causesOf(flipThenFault, [onBare], { plan }), { unattributed: 1 });
});

test('a client outside the source ranges: that is why, also while a node is dead or a flip goes on', async () => {
  const nobody = { toNobody: true, connect: 'none', firstByte: null, from: 11_000, endpoint: null } as const;
  const barred = { ...nobody, barred: true } as const;
  assert.equal(await causesOf({ fault: powerOff() }, [nobody, barred]), {
    'no-target': 1,
    'source-ranges': 1,
  });
  assert.equal(await causesOf({ policy: 'Cluster->Local' }, [barred]), { 'source-ranges': 1 });
});

test('a new connection that Local drops is switchover', async () => {
  const { byCause, disturbances } = await requestsOf({ policy: 'Cluster->Local' }, [
    { transit: dead, firstByte: null, from: 5500 },
  ]);
  assert.equal(byCause, { switchover: 1 });
  assert.is(disturbances[0]?.requestsLost, 1);
  assert.is(disturbances[0]?.lostBegunAfter, 1);
});

test('... though the node be dead', async () => {
  const { byCause, disturbances } = await requestsOf({ policy: 'Cluster->Local', fault: powerOff() }, [
    { transit: dead, firstByte: null, from: 12_000 },
  ]);
  assert.equal(byCause, { switchover: 1 });
  assert.equal(
    disturbances.map(({ kind, requestsLost }) => [kind, requestsLost]),
    [
      ['flip', 1],
      ['fault', 0],
    ],
  );
});

test('a stream from before the flip that dies with its node is transit', async () => {
  const { byCause, disturbances, avoidableByLocal } = await requestsOf(
    { policy: 'Cluster->Local', fault: powerOff() },
    [{ transit: dead }],
  );
  assert.equal(byCause, { transit: 1 });
  assert.is(avoidableByLocal, 1);
  assert.equal(
    disturbances.map(({ kind, requestsLost, lostBegunBefore }) => [kind, requestsLost, lostBegunBefore]),
    [
      ['flip', 0, 0],
      ['fault', 1, 1],
    ],
  );
});

test('a stream cut after the flip and before the fault is switchover', async () => {
  const { byCause, disturbances } = await requestsOf({ policy: 'Local->Cluster', fault: powerOff() }, [
    { outcome: 'reset-mid-body', to: 7000 },
  ]);
  assert.equal(byCause, { switchover: 1 });
  assert.is(disturbances[0]?.lostBegunBefore, 1);
});

test('a pod that is not ready is in no place', async () => {
  const silent = { transit: 'stable-1', firstByte: null, from: 11_000 };
  const of = { address: '10.1.0.9', pod: 'ingress-9', serving: false, terminating: false };
  const trial = (ready: boolean) =>
    history({ ingress: [] })
      .add({
        type: 'endpoints',
        t: ns(5),
        service: 'midflight-ingress',
        endpoints: [{ ...of, node: 'stable-1', ready }],
      })
      .trial(10, { policy: 'Local', fault: powerOff('stable-1') })
      .stream({ to: 15_000, outcome: 'hung', ...silent })
      .fault(10_000)
      .endTrial(60_000);
  assert.equal((await trialOf(trial(true))).requests.byCause, { ingress: 1 });
  assert.equal((await trialOf(trial(false))).requests.byCause, { transit: 1 });
});

test('pod-kill takes the pod alone: of the ingress pod those that it answered, of the app pod those that it served', async () => {
  const node = 'stable-1';
  const ingress = { kind: 'pod-kill', node, pod: 'ingress' } as const;
  const app = { kind: 'pod-kill', node, pod: 'app' } as const;
  const streams = [
    { transit: node },
    { transit: node },
    { ingress: node },
    { endpoint: node },
    { ingress: node, endpoint: node },
  ];
  assert.equal(await causesOf({ fault: ingress }, streams), { ingress: 2, unattributed: 3 });
  assert.equal(await causesOf({ fault: app }, streams), { endpoint: 2, unattributed: 3 });
});

test('probes are attributed as streams are, and are no losses of the trial', async () => {
  const { probes, requests } = await trialOf(
    history()
      .trial(10, { fault: powerOff() })
      .probes({ from: 9000, to: 20_000, fails: (due) => due >= 10_000 && due < 10_500 && { transit: dead } })
      .fault(10_000)
      .endTrial(60_000),
  );
  assert.equal(probes.new?.byCause, { transit: 5 });
  assert.equal([requests.lost, requests.byCause], [0, {}]);
});

test.run();
