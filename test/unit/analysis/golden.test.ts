import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { analyse } from '../../../src/analysis/index.ts';
import type { Clocks, TrialReport } from '../../../src/analysis/schema.ts';
import { packageRoot } from '../../../src/base/package.ts';
import { readHistory } from '../../../src/history/reader.ts';
import { goldenHistories } from '../../support/golden.ts';
import { sealedText } from '../../support/sealed.ts';

// Every figure here is reckoned by hand; test/histories/README.md says how.
const fileOf = (name: string) => join(packageRoot(), 'test', 'histories', `${name}.ndjson`);
const linesOf = (text: string) => text.split('\n').filter((line) => !line.startsWith('{"type":"checksum"'));
const reportOf = (name: string) => analyse(readHistory(fileOf(name)));

const silent: Clocks = {
  edgeEjected: null,
  nodeNotReady: null,
  endpointsRemoved: null,
  firstFailedProbe: null,
  lastFailedProbe: null,
  failover: null,
  disruption: null,
  failoverReused: null,
  longestSilence: null,
  nodeReadmitted: null,
};

function pick<K extends keyof TrialReport>(trial: TrialReport, ...keys: K[]): Pick<TrialReport, K> {
  return Object.fromEntries(keys.map((key) => [key, trial[key]])) as Pick<TrialReport, K>;
}

/** The only ones that a list has. */
function all<T>(list: readonly T[], count: 1): [T];
function all<T>(list: readonly T[], count: 2): [T, T];
function all<T>(list: readonly T[], count: number): readonly T[] {
  assert.is(list.length, count);
  return list;
}

for (const [name, make] of goldenHistories) {
  test(`${name}.ndjson is as its builder writes it (else: node --import tsx scripts/golden.ts)`, () => {
    // The plan in the header gains keys; whether files without them can still be read is seen below.
    const [header = '', ...written] = linesOf(readFileSync(fileOf(name), 'utf8'));
    const [now = '', ...made] = linesOf(sealedText(make().events()));
    assert.ok(written.join('\n') === made.join('\n'));
    assert.is(JSON.parse(header).plan.experiment, JSON.parse(now).plan.experiment);
  });
}

for (const name of ['flip-then-loss', 'notice-and-cut']) {
  test(`${name}: a history of an earlier version gives the same report`, async () => {
    assert.equal(await reportOf(`earlier/${name}`), await reportOf(name));
  });
}

test('cluster-loses-carrier: two streams die with a node that only carried them', async () => {
  const { trials, comparison, ...report } = await reportOf('cluster-loses-carrier');
  assert.equal([report.verdict, report.outcome, report.wallSeconds], ['fail', 'completed', 10.3]);
  const [trial] = all(trials, 1);
  assert.is(trial.reason, 'failover <= 15s: measured 16');
  assert.equal(trial.requests, {
    started: 10,
    completed: 7,
    lost: 3,
    cancelled: 0,
    avoidableByLocal: 2,
    byOutcome: { completed: 7, hung: 2, 'reset-mid-body': 1 },
    byOutcomeClient: { completed: 7, hung: 2, 'reset-mid-body': 1 },
    byCause: { transit: 2, unattributed: 1 },
    byCdnCode: { cut: 3 },
  });
  assert.equal(trial.probes, {
    new: {
      sent: 40,
      failed: 3,
      byOutcome: { completed: 37, 'slow-connect': 3 },
      byCause: { transit: 3 },
      byCdnCode: { 'slow-connect': 3 },
    },
    reused: null,
  });
  assert.equal(pick(trial, 'atInjection', 'predicted', 'sourceAddress', 'untrusted'), {
    atInjection: { inFlight: 9, throughTarget: 2 },
    predicted: { lost: 2, expectedShare: 0.2 },
    sourceAddress: 'lost',
    untrusted: [],
  });
  assert.equal(trial.clocksSeconds, {
    edgeEjected: 25,
    nodeNotReady: 45,
    endpointsRemoved: null,
    firstFailedProbe: 2,
    lastFailedProbe: 14,
    failover: 16,
    disruption: 3,
    failoverReused: null,
    longestSilence: 20,
    nodeReadmitted: 8,
  });
  const [fault] = all(trial.disturbances, 1);
  assert.is(fault.at, 29);
  assert.equal([fault.requestsLost, fault.lostBegunBefore, fault.lostBegunAfter], [2, 2, 0]);
  assert.is(fault.failingShare, 3 / 7);
  const { low = 0, high = 0 } = comparison[0]?.interval ?? {};
  assert.equal([low.toFixed(4), high.toFixed(4)], ['0.1078', '0.6032']);
});

test('flip-then-loss: one new connection is lost to the flip, two old streams to the node', async () => {
  const { trials, comparison, verdict } = await reportOf('flip-then-loss');
  const [trial] = all(trials, 1);
  assert.is(verdict, 'pass');
  assert.equal(trial.requests, {
    started: 9,
    completed: 6,
    lost: 3,
    cancelled: 0,
    avoidableByLocal: 2,
    byOutcome: { completed: 6, hung: 2, 'connect-timeout': 1 },
    byOutcomeClient: { completed: 6, hung: 3 },
    byCause: { transit: 2, switchover: 1 },
    byCdnCode: { cut: 2, 522: 1 },
  });
  assert.equal(trial.probes.new, {
    sent: 58,
    failed: 3,
    byOutcome: { completed: 55, 'slow-connect': 3 },
    byCause: { switchover: 3 },
    byCdnCode: { 'slow-connect': 3 },
  });
  assert.equal(pick(trial, 'atInjection', 'predicted', 'sourceAddress'), {
    atInjection: { inFlight: 8, throughTarget: 2 },
    predicted: { lost: 2, expectedShare: 0.175 }, // of 8 in flight 7 began before the flip: a fifth of them, and none of the other
    sourceAddress: 'changes',
  });
  const [flip, fault] = all(trial.disturbances, 2);
  assert.equal([flip.kind, flip.at, flip.requestsLost, flip.lostBegunAfter], ['flip', 9, 1, 1]);
  assert.equal([fault.kind, fault.at, fault.requestsLost, fault.lostBegunBefore], ['fault', 24, 2, 2]);
  assert.equal([flip.failingShare, fault.failingShare], [3 / 6, 0]);
  assert.equal(flip.clocksSeconds, {
    ...silent,
    edgeEjected: 8.4,
    firstFailedProbe: 1,
    lastFailedProbe: 6,
    failover: 7,
    disruption: 3,
    longestSilence: 1.2,
  });
  assert.equal(fault.clocksSeconds, {
    ...silent,
    nodeNotReady: 43,
    failover: 0,
    disruption: 0,
    longestSilence: 5,
  });
  assert.equal(trial.clocksSeconds, fault.clocksSeconds);
  assert.equal([comparison[0]?.flipFailover?.median, comparison[0]?.failover?.median], [7, 0]);
});

test('ingress-node-dies: under Cluster all three places lose, under Local there is no transit', async () => {
  const { trials, comparison, verdict } = await reportOf('ingress-node-dies');
  assert.is(verdict, 'pass');
  const [cluster, local] = all(trials, 2);
  assert.equal(cluster.requests, {
    started: 9,
    completed: 2,
    lost: 6,
    cancelled: 1,
    avoidableByLocal: 0,
    byOutcome: { completed: 2, cancelled: 1, hung: 5, 'closed-before-response': 1 },
    byOutcomeClient: { completed: 2, cancelled: 1, hung: 5, 'closed-before-response': 1 },
    byCause: { transit: 2, ingress: 2, endpoint: 2 },
    byCdnCode: { cut: 3, 520: 1 },
  });
  assert.equal(cluster.probes.new, {
    sent: 12,
    failed: 3,
    byOutcome: { completed: 9, hung: 3 },
    byCause: { transit: 3 },
    byCdnCode: {},
  });
  assert.equal(pick(cluster, 'atInjection', 'predicted', 'sourceAddress'), {
    atInjection: { inFlight: 6, throughTarget: 3 },
    predicted: { lost: 3, expectedShare: 0.8 },
    sourceAddress: 'lost',
  });
  const [hit] = all(cluster.disturbances, 1);
  assert.equal([hit.requestsLost, hit.lostBegunBefore, hit.lostBegunAfter, hit.failingShare], [6, 3, 3, 1]);
  assert.equal(cluster.clocksSeconds, {
    ...silent,
    edgeEjected: 3.2,
    nodeNotReady: 4,
    endpointsRemoved: 4.5,
    firstFailedProbe: 0,
    lastFailedProbe: 2,
    failover: 3,
    disruption: 3,
    longestSilence: 5.1,
  });
  assert.equal(local.requests, {
    started: 5,
    completed: 2,
    lost: 3,
    cancelled: 0,
    avoidableByLocal: 0,
    byOutcome: { completed: 2, hung: 3 },
    byOutcomeClient: { completed: 2, hung: 3 },
    byCause: { ingress: 2, endpoint: 1 },
    byCdnCode: { cut: 2 },
  });
  assert.equal(pick(local, 'atInjection', 'predicted', 'sourceAddress'), {
    atInjection: { inFlight: 4, throughTarget: 2 },
    predicted: { lost: 2, expectedShare: 0.75 },
    sourceAddress: 'kept',
  });
  assert.equal(local.clocksSeconds, {
    ...silent,
    edgeEjected: 3,
    failover: 0,
    disruption: 0,
    longestSilence: 5.2,
  });
  assert.is(local.disturbances[0]?.at, 5);
  assert.equal(
    comparison.map(({ policy, started, lost, predictedLost }) => [policy, started, lost, predictedLost]),
    [
      ['Cluster', 9, 6, 3],
      ['Local', 5, 3, 2],
    ],
  );
});

test('breaks-off: a late probe and a killed run leave nothing but doubt', async () => {
  const { trials, expectations, ...report } = await reportOf('breaks-off');
  assert.equal([report.verdict, report.outcome, report.wallSeconds], ['unknown', 'interrupted', 24.001]);
  assert.match(report.reason ?? '', 'breaks off');
  const [flipped, cut] = all(trials, 2);
  assert.equal(pick(flipped, 'verdict', 'reason', 'untrusted', 'atInjection', 'predicted'), {
    verdict: 'unknown',
    reason: 'flip.failover <= 10s: probe was late by 620 ms while it mattered',
    untrusted: [{ instrument: 'probe', from: 5.5, to: 6.5, maxLatenessMs: 620 }],
    atInjection: null,
    predicted: null,
  });
  assert.equal([flipped.requests.started, flipped.requests.completed], [1, 1]);
  assert.equal([flipped.probes.new?.sent, flipped.probes.new?.byCause], [13, { switchover: 2 }]);
  const { firstFailedProbe, lastFailedProbe, failover, disruption } = flipped.clocksSeconds;
  assert.equal([firstFailedProbe, lastFailedProbe, failover, disruption], [null, null, null, null]);
  assert.equal([flipped.clockNotes.failover?.code, flipped.clockNotes.failover?.atLeastSeconds], ['late', 2]);
  assert.equal([cut.verdict, cut.outcome], ['unknown', 'interrupted']);
  assert.equal(cut.reason, 'the history breaks off in this trial; 1 requests were never heard of again');
  assert.equal(cut.requests.byOutcome, { completed: 1, truncated: 1, 'local-error': 1 });
  assert.equal(cut.requests.byCause, { unattributed: 2 });
  assert.equal(
    expectations.map(({ policy, text, measured, verdict }) => [policy, text, measured, verdict]),
    [
      ['Cluster->Local', 'lost == 0', 0, 'pass'],
      ['Cluster->Local', 'flip.failover <= 10s', null, 'unknown'],
      ['Local->Cluster', 'lost == 0', 2, 'unknown'],
      ['Local->Cluster', 'flip.failover <= 10s', null, 'unknown'],
    ],
  );
});

test.run();
