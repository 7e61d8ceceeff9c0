import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { meaningFor } from '../../../src/history/meaning.ts';
import { trialOf } from '../../support/analysis.ts';
import { history, ns } from '../../support/history.ts';
import { basicPlan } from '../../support/plan.ts';
import { beside, fault, faultTrial, shareOf, through } from '../../support/prediction.ts';

test('predicted is what was in flight through the target, and equals what was lost', async () => {
  const trial = await trialOf(
    faultTrial({ expect: [['predictedMatches', true]] })
      .streams(3, through)
      .streams(7, beside)
      .endTrial(60_000),
  );
  assert.equal(trial.atInjection, { inFlight: 10, throughTarget: 3 });
  assert.is(trial.predicted?.lost, 3);
  assert.is(trial.disturbances[0]?.requestsLost, 3);
  assert.is(trial.verdict, 'pass');
});

test('if the balancer keeps no log, nothing is predicted, and no trial is judged by it', async () => {
  const limits = [{ code: 'no-edge-log' as const, text: 'not ours' }];
  const losing = (topology: object) => trialOf(faultTrial({ topology }).streams(3, beside).endTrial(60_000));
  const own = await losing({ limits });
  assert.equal([own.atInjection, own.predicted, own.reason], [null, null, null]);
  assert.is((await losing({})).atInjection?.inFlight, 3);
});

test('a stream through the target that lives on is a failed prediction', async () => {
  const trial = await trialOf(
    faultTrial({ expect: [['predictedMatches', true]] })
      .streams(2, through)
      .stream({ ...through, to: 21_000, outcome: 'completed' })
      .endTrial(60_000),
  );
  assert.equal([trial.predicted?.lost, trial.requests.lost], [3, 2]);
  assert.is(trial.verdict, 'fail');
});

test('a fault that takes nothing predicts that no stream through its node is lost', async () => {
  const kind = 'kubelet-stop';
  const trial = (outcome: 'completed' | 'hung') =>
    trialOf(
      faultTrial({ expect: [['predictedMatches', true]] }, { fault: { ...fault, kind } })
        .streams(3, { ...through, to: 21_000, outcome })
        .endTrial(60_000),
    );
  const well = await trial('completed');
  assert.equal([well.predicted, well.verdict], [{ lost: 0, expectedShare: 0 }, 'pass']);
  assert.is((await trial('hung')).verdict, 'fail');
});

test('in a scale-down what ends within the wait after the taint is spared, the rest is lost with the machine', async () => {
  const trial = await trialOf(
    history({ expect: [['predictedMatches', true]] })
      .trial(10, { fault: { ...fault, kind: 'scale-down' } })
      .notice(10_000)
      .fault(15_000)
      .streams(2, { ...through, from: 1000, to: 20_000 })
      .streams(3, beside)
      .endTrial(60_000),
  );
  assert.equal([trial.predicted?.lost, trial.requests.byCause], [2, { transit: 2 }]);
  assert.is(trial.verdict, 'pass');
});

test('stale rules take no stream themselves: the pod that is replaced elsewhere does, and the share is its own', async () => {
  const node = 'stable-1';
  const builder = history({ expect: [['predictedMatches', true]] }).trial(10, {
    fault: { kind: 'rules-stale', node: 'preemptible-0', pod: 'ingress' },
  });
  builder.fault(10_000, { nodes: ['preemptible-0'], pods: [] });
  const step = { kind: 'step', name: 'rules-stale', node, at: 'begin' } as const;
  builder.add({
    type: 'disturbance',
    t: ns(10_001),
    trial: 0,
    detail: '',
    affected: null,
    pods: ['p'],
    ...step,
  });
  builder.streams(3, { ...through, to: 25_000, outcome: 'completed' });
  builder.streams(2, { ...beside, to: 20_000, ingress: node, outcome: 'truncated' });
  const trial = await trialOf(builder.endTrial(60_000));
  assert.equal(trial.predicted, { lost: 2, expectedShare: 0.5 });
  assert.is(trial.verdict, 'pass');
});

test('a stream beside the target that is lost is a failed prediction', async () => {
  const trial = await trialOf(
    faultTrial({ expect: [['predictedMatches', true]] })
      .streams(2, through)
      .stream({ ...beside, outcome: 'truncated' })
      .endTrial(60_000),
  );
  assert.equal([trial.predicted?.lost, trial.requests.lost], [2, 3]);
  assert.is(trial.verdict, 'fail');
});

test('losses from before the fault, and requests begun after it, are not part of the prediction', async () => {
  const trial = await trialOf(
    faultTrial({ expect: [['predictedMatches', true]] })
      .streams(2, through)
      .stream({ ...through, to: 9000 })
      .stream({ ...through, from: 11_000, to: 16_000, firstByte: null })
      .endTrial(60_000),
  );
  assert.equal(trial.requests.byCause, { transit: 3, unattributed: 1 });
  assert.is(trial.disturbances[0]?.requestsLost, 3);
  assert.is(trial.predicted?.lost, 2);
  assert.is(trial.verdict, 'pass');
});

test('it is not enough that as many were lost as predicted', async () => {
  const trial = await trialOf(
    faultTrial({ expect: [['predictedMatches', true]] })
      .stream(through)
      .stream({ ...through, to: 21_000, outcome: 'completed' })
      .stream({ ...beside, outcome: 'truncated' })
      .endTrial(60_000),
  );
  assert.equal([trial.predicted?.lost, trial.requests.lost], [2, 2]);
  assert.is(trial.verdict, 'fail');
});

test('in real time a stream that was completed within a chunk of the fault proves nothing', async () => {
  const verdictOf = async (provider: 'embedded' | 'kind', to: number) => {
    const options = { plan: { provider }, expect: [['predictedMatches', true]] } as const;
    const last = { ...through, to, outcome: 'completed' } as const;
    return (await trialOf(faultTrial(options).stream(through).stream(last).endTrial(60_000))).verdict;
  };
  assert.is(await verdictOf('kind', 11_000), 'pass');
  assert.is(await verdictOf('kind', 11_001), 'fail');
  assert.is(await verdictOf('embedded', 11_000), 'fail');
});

test('in flight: past its first chunk, and not ended', async () => {
  const { atInjection } = await trialOf(
    faultTrial()
      .stream({ ...through, firstByte: 9990, firstChunk: 10_000 })
      .stream({ ...through, firstByte: 9990, firstChunk: 10_001 })
      .stream({ ...through, firstByte: null })
      .stream({ ...through, to: 10_000 })
      .stream({ ...through, to: 10_001 })
      .endTrial(60_000),
  );
  assert.is(atInjection?.throughTarget, 2);
});

test('without a fault there is nothing to predict', async () => {
  const trial = await trialOf(
    history({ expect: [['predictedMatches', true]] })
      .trial(10)
      .streams(2, beside)
      .endTrial(60_000),
  );
  assert.equal([trial.predicted, trial.atInjection], [null, null]);
  assert.is(trial.verdict, 'unknown');
});

test('what a fault leaves alone is not predicted to be lost', async () => {
  const node = 'stable-1';
  const paths = [{ transit: node }, { ingress: node }, { endpoint: node }, {}];
  const lostOf = async (kind: string, pod?: 'ingress' | 'app') => {
    const builder = faultTrial({}, { fault: { kind, node, ...(pod === undefined ? {} : { pod }) } });
    for (const path of paths) builder.stream({ ...beside, ...path });
    return (await trialOf(builder.endTrial(60_000))).predicted?.lost;
  };
  assert.is(await lostOf('power-off'), 3);
  // 11 s are left: more than the ingress' 10 s, less than the app's 30 s; a drained node forwards as before.
  assert.is(await lostOf('drain'), 1);
  assert.is(await lostOf('pod-kill', 'ingress'), 1);
  assert.is(await lostOf('pod-kill', 'app'), 1);
});

test('a preStop hook lets a pod serve on within its grace period: the streams that end by then are not lost', async () => {
  const node = 'stable-1';
  const lostOf = async (fault: string, ingress: Partial<typeof basicPlan.ingress>) => {
    const options = { plan: { ingress: { ...basicPlan.ingress, ...ingress } } };
    const builder = history(options)
      .trial(10, { fault: { kind: fault, node } })
      .fault(10_000)
      .stream({ ...beside, ingress: node });
    return (await trialOf(builder.endTrial(60_000))).predicted?.lost;
  };
  // 11 s are left of the stream, and the ingress takes 5 s after SIGTERM.
  const brief = { graceTimeOutMs: 5000 };
  assert.is(await lostOf('drain', brief), 1);
  assert.is(await lostOf('drain', { ...brief, preStopMs: 7000 }), 0);
  // The grace period holds both: SIGKILL comes at its end.
  assert.is(await lostOf('drain', { ...brief, preStopMs: 7000, terminationGraceMs: 10_000 }), 1);
  // A hook as long as the grace period leaves 2 s after SIGTERM.
  assert.is(await lostOf('drain', { ...brief, preStopMs: 10_000, terminationGraceMs: 10_000 }), 0);
  assert.is(await lostOf('power-off', { preStopMs: 60_000 }), 1);
});

test('a deleted pod gives its streams its own grace; another pod of its node is left alone', async () => {
  const node = 'stable-1';
  const of = async (plan: Partial<typeof basicPlan> = {}) => {
    const trial = history({ plan })
      .trial(10, { fault: { kind: 'pod-delete', node, pod: 'ingress' } })
      .fault(10_000, { pods: ['gone'] })
      .stream({ ...beside, to: 24_000, ingress: node, ingressPod: 'gone', outcome: 'truncated' })
      .stream({ ...beside, ingress: node, ingressPod: 'stays' })
      .stream({ ...beside, transit: node })
      .endTrial(60_000);
    return trialOf(trial);
  };
  const trial = await of();
  assert.equal([trial.atInjection?.throughTarget, trial.predicted?.lost], [1, 1]);
  assert.equal(trial.requests.byCause, { ingress: 1 });
  const { ingress } = basicPlan;
  const patient = await of({ ingress: { ...ingress, graceTimeOutMs: 30_000 } });
  assert.equal([patient.atInjection?.throughTarget, patient.predicted?.lost], [1, 0]);
});

test('a handler that drains the node leaves the pods of DaemonSets to the power cut', async () => {
  const node = 'stable-1';
  const lostOf = async (kind: 'Deployment' | 'DaemonSet', endedBy: 'kubelet' | 'handler') => {
    const plan = { ingress: { ...basicPlan.ingress, kind } };
    const builder = history({ plan }).trial(10, { fault: { kind: 'preempt', node } });
    const meaning = meaningFor('Cluster', 'preempt', {
      ms: 15_000,
      ordinaryMs: 15_000,
      endedBy,
      excludes: false,
    });
    // 11 s are left: more than the ingress' own 10 s, less than the notice.
    const trial = await trialOf(
      builder
        .means(meaning)
        .notice(10_000)
        .stream({ ...beside, ingress: node })
        .fault(25_000)
        .endTrial(60_000),
    );
    return trial.predicted?.lost;
  };
  assert.is(await lostOf('Deployment', 'handler'), 1);
  assert.is(await lostOf('DaemonSet', 'handler'), 0);
  assert.is(await lostOf('DaemonSet', 'kubelet'), 1);
});

test('several nodes at once are one fault: what any of them carried is predicted, and its share is theirs', async () => {
  const nodes = ['preemptible-0', 'stable-1'];
  const trial = await trialOf(
    history({ ingress: ['stable-0'], app: ['stable-0'], expect: [['predictedMatches', true]] })
      .trial(10, { fault })
      .fault(10_000, { nodes })
      .streams(2, through)
      .streams(3, { ...through, transit: 'stable-1' })
      .streams(5, beside)
      .ejected(14_000, 'preemptible-0')
      .ejected(16_000, 'stable-1')
      .endTrial(60_000),
  );
  assert.equal([trial.atInjection?.throughTarget, trial.predicted?.lost, trial.verdict], [5, 5, 'pass']);
  const [struck] = trial.disturbances;
  assert.equal([struck?.requestsLost, struck?.nodes], [5, nodes]);
  assert.is(trial.clocksSeconds.edgeEjected, 6, 'the last of them');
  const one = await shareOf({ fault }, { ingress: ['stable-0'], app: ['stable-0'] });
  assert.is(trial.predicted?.expectedShare, 2 * (one ?? 0));
});

test('of nodes in a row each has its own losses, and a stream that ends before its node is hit is not predicted', async () => {
  const trial = await trialOf(
    history({ ingress: ['stable-0'], app: ['stable-0'], expect: [['predictedMatches', true]] })
      .trial(10, { fault })
      .fault(10_000)
      .fault(20_500, { nodes: ['stable-1'] })
      .streams(2, through)
      .streams(3, { ...through, from: 9000, to: 26_000, transit: 'stable-1', lastByte: 20_400 })
      .stream({ ...through, from: 20, to: 20_020, transit: 'stable-1', outcome: 'completed' })
      .ejected(19_000, 'preemptible-0')
      .ejected(26_500, 'stable-1')
      .endTrial(60_000),
  );
  assert.equal([trial.predicted?.lost, trial.verdict], [5, 'pass']);
  assert.equal(
    trial.disturbances.map(({ node, requestsLost, clocksSeconds }) => [
      node,
      requestsLost,
      clocksSeconds.edgeEjected,
    ]),
    [
      ['preemptible-0', 2, 9],
      ['stable-1', 3, 6],
    ],
  );
});

test.run();
