import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { trialOf } from '../../support/analysis.ts';
import { history, type RequestOptions } from '../../support/history.ts';

// Causes that were once wrong in silence: when a connection began decides, and which pod was killed.

const podKill = (node: string) => ({ kind: 'pod-kill', node, pod: 'ingress' as const });

test('a kept connection opened before the flip and lost when its node dies is the fault, not the switchover', async () => {
  const dead = 'preemptible-0';
  const builder = history().trial(10, { policy: 'Cluster->Local', fault: { kind: 'power-off', node: dead } });
  const kept: Partial<RequestOptions> = { load: 'probe', lane: 'reused', transit: dead };
  // Opened at 1 s, and used again at 12 s, after the flip and the power cut: nothing answers on it.
  builder.probe({ ...kept, from: 1000, to: 1020, fresh: true } as RequestOptions);
  const report = await trialOf(
    builder
      .flip(5000)
      .reconciled(6000, 'Local')
      .phase(6500, 'settle')
      .fault(10_000)
      .probe({
        from: 9900,
        to: 15_000,
        lane: 'reused',
        transit: dead,
        firstByte: null,
        connectedAt: 1001,
        acceptedAt: 1001,
        outcome: 'hung',
      })
      .endTrial(60_000),
  );
  assert.equal(report.probes.reused?.byCause, { transit: 1 });
});

test('new connections to the node whose only ingress pod was killed under Local are lost to the ingress', async () => {
  const lost = { firstByte: null, outcome: 'refused', to: 11_050 } as const;
  const through = (transit: string) => (builder: ReturnType<typeof history>) =>
    builder.probe({ from: 11_000, transit, ...lost });
  const of = async (policy: 'Cluster' | 'Local', transit: string) => {
    const builder = history()
      .trial(10, { policy, fault: podKill('stable-1') })
      .fault(10_000);
    return (await trialOf(through(transit)(builder).endTrial(60_000))).probes.new?.byCause;
  };
  assert.equal(await of('Local', 'stable-1'), { ingress: 1 });
  assert.equal(await of('Local', 'stable-0'), { unattributed: 1 });
  assert.equal(await of('Cluster', 'stable-1'), { unattributed: 1 }, 'kube-proxy may have sent it anywhere');
});

test('with two ingress pods on the node, the killed one alone is predicted and proven', async () => {
  const builder = history({ ingress: ['stable-0', 'stable-1', 'stable-1'] }).trial(10, {
    fault: podKill('stable-1'),
  });
  const stream = (ingressPod: string, lost: boolean) =>
    builder.stream({
      from: 1000,
      to: lost ? 10_010 : 30_000,
      ingress: 'stable-1',
      ingressPod,
      outcome: lost ? 'reset-mid-body' : 'completed',
    });
  for (let one = 0; one < 3; one += 1) stream('killed', true);
  for (let one = 0; one < 4; one += 1) stream('other', false);
  builder.fault(10_000);
  const pod = { type: 'pod', pod: 'killed', app: 'ingress', node: 'stable-1', change: 'modified' } as const;
  const state = { phase: 'Running', terminating: false } as const;
  builder.add(
    { ...pod, ...state, t: 1_000_005e6, ready: true, restarts: 0 },
    { ...pod, ...state, t: 1_010_200e6, ready: false, restarts: 1 },
  );
  const report = await trialOf(builder.done(10_005, 1).endTrial(60_000));
  assert.equal(report.predicted?.lost, 3);
  assert.equal(report.requests.byCause, { ingress: 3 });
});

test.run();
