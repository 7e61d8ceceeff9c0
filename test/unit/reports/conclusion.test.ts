import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComparisonRow, TrialReport } from '../../../src/analysis/schema.ts';
import { conclusion } from '../../../src/reports/conclusion.ts';
import {
  aDisturbance,
  aFault,
  aNote,
  aRow,
  aTrial,
  compared,
  failed,
  faultTrial,
  threePolicies,
} from '../../support/report.ts';

/** The sentence about one policy. */
function said(row: Partial<ComparisonRow>, trials: readonly TrialReport[]): string | undefined {
  return conclusion({ comparison: [aRow(row)], trials: [...trials] })[0];
}
test('one for each policy, in their order', () => {
  assert.equal(conclusion(threePolicies()), [
    'Under Cluster, power-off of preemptible-2 cut all 9 streams through it, as predicted (9 transit); Local would have spared all of them.',
    'Under Local, power-off of preemptible-2 cut no stream: none went through it.',
    'Under Cluster->Local, power-off of preemptible-2 cut all 8 streams through it, as predicted (8 transit); Local would have spared all of them.',
  ]);
});

test('of a flip alone, whose cost the answer tells, there is no empty sentence', () => {
  const flip = aTrial({ policy: 'Cluster->Local', disturbances: [aDisturbance({ kind: 'flip' })] });
  assert.equal(conclusion({ comparison: [aRow({ policy: 'Cluster->Local', lost: 0 })], trials: [flip] }), []);
});

test('what was not over when probing ended is reported by its code, with how long it was at least', () => {
  const never = (kind: 'outage' | 'fault', atLeastSeconds: number | null) =>
    aTrial({
      policy: null,
      disturbances: [
        aDisturbance({ kind, clockNotes: { failover: aNote({ code: 'never-recovered', atLeastSeconds }) } }),
      ],
    });
  const watch = { policy: null, lost: 1, started: 9, failover: null };
  assert.is(
    said(watch, [never('outage', null)]),
    '1 of 9 streams was lost. New connections had not recovered when probing ended.',
  );
  assert.is(
    said(watch, [never('outage', 4)]),
    '1 of 9 streams was lost. New connections had not recovered when probing ended, at least 4.0 s after the outage began.',
  );
  assert.is(
    said(watch, [never('fault', 32)]),
    '1 of 9 streams was lost. New connections had not recovered from the power-off of preemptible-2 when probing ended, at least 32.0 s after it.',
  );
  assert.is(said(watch, [aTrial({ policy: null })]), '1 of 9 streams was lost.');
});

test('of a policy of which no repeat counts nothing is claimed', () => {
  const trial = aTrial({
    verdict: 'unknown',
    reason: 'the probe was late',
    reasons: [{ code: 'late', text: 'x' }],
  });
  assert.is(said({ unknownRepeats: 1, started: 0 }, [trial]), undefined);
});

test('repeats that do not count are in no sentence', () => {
  const doubtful = {
    ...faultTrial('Cluster', { through: 5, before: 5 }),
    verdict: 'unknown' as const,
    reasons: [{ code: 'late' as const, text: 'late' }],
  };
  const good = faultTrial('Cluster', { through: 2, before: 2 });
  const row = { repeats: 2, unknownRepeats: 1, lost: 2, byCause: { transit: 2 }, predictedLost: 2 };
  assert.match(said(row, [good, doubtful]) ?? '', 'cut both streams through it, as predicted (2 transit)');
});

test('what other engines lost under a policy is reported beside it, over all its repeats', () => {
  const engine = (name: string, lost: number, started: number) => ({
    engine: name,
    started,
    completed: started - lost,
    lost,
    byOutcome: {},
    problems: [],
  });
  const trials = [
    { background: engine('autocannon', 80, 1280), k6: engine('k6', 0, 143) },
    { background: engine('autocannon', 1, 20), k6: engine('k6', 0, 1) },
  ].map((engines) => aTrial({ policy: 'Local', engines }));
  const sentence = said({ policy: 'Local', lost: 0, started: 60 }, [
    ...trials,
    aTrial({ policy: 'Cluster', engines: { k6: engine('k6', 9, 9) } }),
  ]);
  assert.is(
    sentence,
    'Under Local nothing was lost (60 streams). background (autocannon) lost 81 of 1300 requests. k6 lost none of 144 requests.',
  );
});

for (const [count, words] of [
  [1, 'the only stream through it, as predicted (1 transit); Local would have spared it.'],
  [2, 'both streams through it, as predicted (2 transit); Local would have spared both of them.'],
  [3, 'all 3 streams through it, as predicted (3 transit); Local would have spared all of them.'],
] as const) {
  test(`a fault that cut ${count}`, () => {
    const row = { lost: count, byCause: { transit: count }, predictedLost: count };
    const trial = faultTrial('Cluster', { through: count, before: count, spared: count });
    assert.is(said(row, [trial]), `Under Cluster, power-off of preemptible-2 cut ${words}`);
  });
}

test('fewer than went through it, and fewer than predicted', () => {
  const row = { lost: 4, byCause: { transit: 4 }, predictedLost: 6 };
  assert.is(
    said(row, [faultTrial('Cluster', { through: 6, before: 4, spared: 1 })]),
    'Under Cluster, power-off of preemptible-2 cut 4 of the 6 streams through it, where 6 were predicted (4 transit); Local would have spared 1 of them.',
  );
});

test('more than went through it', () => {
  const row = { lost: 7, byCause: { transit: 5, ingress: 2 }, predictedLost: 1 };
  assert.is(
    said(row, [faultTrial('Cluster', { through: 5, before: 7 })]),
    'Under Cluster, power-off of preemptible-2 cut 7 streams, 5 of them through it, where 1 was predicted (5 transit, 2 ingress).',
  );
});

test('streams started after it are distinguished', () => {
  const row = { lost: 3, byCause: { transit: 3 }, predictedLost: 2 };
  assert.is(
    said(row, [faultTrial('Cluster', { through: 2, before: 2, after: 1 })]),
    'Under Cluster, power-off of preemptible-2 cut both streams through it, as predicted, and 1 stream started after it (3 transit).',
  );
});

test('none of those through it', () => {
  const none = (through: number) => said({ predictedLost: through }, [faultTrial('Cluster', { through })]);
  assert.is(none(3), 'Under Cluster, power-off of preemptible-2 cut none of the 3 streams through it.');
  const interrupted = { ...faultTrial('Cluster', { through: 3 }), outcome: 'interrupted' as const };
  assert.match(
    said({ lost: 0, byCause: {} }, [interrupted]) ?? '',
    'cut none of the 3 streams through it, as far as was seen before the end.',
  );
  assert.is(none(1), 'Under Cluster, power-off of preemptible-2 cut not the one stream through it.');
});

test('Local is no cure for a node with pods of ours', () => {
  const row = { policy: 'Local', lost: 5, byCause: { ingress: 5 }, predictedLost: 5 };
  assert.is(
    said(row, [faultTrial('Local', { through: 5, before: 5, node: 'stable-1' })]),
    'Under Local, power-off of stable-1 cut all 5 streams through it, as predicted (5 ingress); Local is no cure for a node that runs the ingress or the app.',
  );
});

test('repeats with other targets: each is named once', () => {
  const row = { repeats: 3, lost: 6, byCause: { transit: 6 }, predictedLost: 6 };
  const trials = ['preemptible-0', 'preemptible-1', 'preemptible-0'].map((node) =>
    faultTrial('Cluster', { through: 2, before: 2, node }),
  );
  assert.match(
    said(row, trials) ?? '',
    /power-off of preemptible-0 and power-off of preemptible-1 cut all 6 streams through them, as/,
  );
});

test('losses that belong to no disturbance are not hidden, nor is their cause given to the fault', () => {
  const trial = faultTrial('Cluster', { through: 2, before: 2 });
  const row = { lost: 5, byCause: { transit: 2, unattributed: 3 }, predictedLost: 2 };
  assert.is(
    said(row, [trial]),
    'Under Cluster, power-off of preemptible-2 cut both streams through it, as predicted. 3 more streams were lost apart from that.',
  );
  assert.match(said({ ...row, lost: 3 }, [trial]) ?? '', / 1 more stream was lost apart from that\.$/);
});

test('nothing was done, and nothing or something was lost', () => {
  assert.is(said({}, [aTrial()]), 'Under Cluster nothing was lost (60 streams).');
  assert.is(said({ started: 1 }, [aTrial()]), 'Under Cluster nothing was lost (1 stream).');
  assert.is(said({ lost: 1 }, [aTrial()]), 'Under Cluster 1 of 60 streams was lost with no fault injected.');
  assert.is(said({ lost: 2 }, [aTrial()]), 'Under Cluster 2 of 60 streams were lost with no fault injected.');
});

test('a fault that was planned and never injected cut nothing', () => {
  const spoiled = aTrial({
    fault: aFault('power-off', 'preemptible-2'),
    disturbances: [],
  });
  const line = (lost: number) => said({ policy: 'Cluster', started: 60, lost }, [spoiled]);
  assert.is(line(2), 'Under Cluster 2 of 60 streams were lost before anything was broken.');
  assert.is(line(0), 'Under Cluster nothing was lost before anything was broken (60 streams).');
});

test('a watch: every load that was asked for has its words', () => {
  const lane = (failed: number, sent: number) => ({
    sent,
    failed,
    byOutcome: {},
    byCause: {},
    byCdnCode: {},
  });
  const watch = (row: Partial<ComparisonRow>, probes: Partial<TrialReport['probes']> = {}) =>
    said({ policy: null, ...row }, [
      aTrial({ policy: null, probes: { new: null, reused: null, ...probes } }),
    ]);
  const outage = (count: number, sent: number, seconds: number) => ({
    disturbances: [compared({ kind: 'command' as const, outage: failed(count, sent, seconds) })],
  });
  assert.is(watch({}), 'No stream of 60 was lost.');
  assert.is(
    watch({ disturbances: [compared({ kind: 'command' })] }, { new: lane(0, 80) }),
    'No stream of 60 was lost; no new request failed.',
  );
  assert.is(
    watch({ lost: 1, ...outage(5, 10, 3.25) }, { new: lane(5, 80), reused: lane(0, 80) }),
    '1 of 60 streams was lost; 50 % of new requests failed for 3.3 s; none of 80 requests on kept connections failed.',
  );
  assert.is(
    watch({ started: 0 }, { reused: lane(70, 70) }),
    '70 of 70 requests on kept connections failed.',
    'no stream was asked for',
  );
  assert.is(watch({ started: 0 }), 'No request was made.');
});

test.run();
