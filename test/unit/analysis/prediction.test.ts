import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { meaningFor } from '../../../src/history/meaning.ts';
import { trialOf } from '../../support/analysis.ts';
import {
  type HistoryOptions,
  history,
  type RequestOptions,
  type TrialOptions,
} from '../../support/history.ts';
import { basicPlan } from '../../support/plan.ts';

const dead = 'preemptible-0';
const fault = { kind: 'power-off', node: dead };
/** Streams that went through the dead node, and died with it. */
const through: RequestOptions = { from: 1000, to: 15_000, transit: dead, outcome: 'hung' };
const beside: RequestOptions = { from: 1000, to: 21_000 };

/** The fault comes at 10 s. */
function faultTrial(options: HistoryOptions = {}, trial: TrialOptions = {}) {
  return history(options)
    .trial(10, { fault, ...trial })
    .fault(10_000);
}

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

test('what was lost before the fault, and what began after it, is no part of the prediction', async () => {
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

/** Expected from topology and policy alone. */
async function shareOf(trial: TrialOptions, options: HistoryOptions = {}, flipAt?: number) {
  const builder = history(options).trial(10, trial);
  if (flipAt !== undefined) builder.flip(flipAt);
  return (await trialOf(builder.fault(10_000).endTrial(60_000))).predicted?.expectedShare;
}

test('expected share: a node without pods carries a fifth under Cluster, nothing under Local', async () => {
  assert.is(await shareOf({ policy: 'Cluster', fault }), 0.2);
  assert.is(await shareOf({ policy: 'Local', fault }), 0);
});

test('expected share: a preference for the same node spares the second hop where a pod is', async () => {
  const plan = { service: { affinitySeconds: null, trafficDistribution: 'PreferSameNode' as const } };
  const hit = { kind: 'power-off', node: 'stable-1' };
  // Of five nodes one is the target; stable-0 keeps its own; the other three reach the target's pod half the time; then the app.
  assert.is(await shareOf({ policy: 'Cluster', fault: hit }, { plan, app: ['stable-0'] }), 0.5);
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
