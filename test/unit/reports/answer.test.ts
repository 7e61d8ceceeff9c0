import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComparisonRow } from '../../../src/analysis/schema.ts';
import { answer } from '../../../src/reports/answer.ts';
import {
  aFault,
  aReport,
  aRow,
  aTrial,
  compared,
  failed,
  faultTrial,
  threePolicies,
} from '../../support/report.ts';

const row = (policy: string, lost: number, more: Partial<ComparisonRow> = {}) =>
  aRow({ policy, lost, disturbances: [compared({ requestsLost: lost })], ...more });
const answered = (...rows: ComparisonRow[]) =>
  answer(aReport({ trials: [faultTrial('Cluster')], comparison: rows })).join('\n');

test('what a newcomer reads first: losses with intervals, expected shares, chance, the advice and its price', () => {
  assert.equal(answer(threePolicies()), [
    'Power-off of preemptible-2 cost 9 of 60 streams under Cluster (95 % interval 8..26 %), none of 60 under Local (0..6 %) and 8 of 60 under Cluster->Local (7..24 %). Expected from topology and policy alone: 20 % under Cluster and Cluster->Local, none under Local. The difference between Cluster and Cluster->Local is within chance.',
    'Flip to Local: it avoids this loss (15 % of streams fewer, 95 % interval 6..26 %), but only for connections opened after the flip: those opened before it stay on their node and die with it, so flip well before a node goes. midflight run flip-safely measures ways to flip that do not cost what Cluster->Local does. Local leaves more on fewer nodes: losing stable-0 or stable-1 would take 75 % of streams, under Cluster 70 %. The flip Cluster->Local itself cut no established stream; 46 % of new connections failed for 24.1 s.',
  ]);
});

test('a fault that leaves streams time: how many depend on it, and how many of them can finish', () => {
  const said = (expectedLostShare: number) =>
    answered(
      row('Cluster', 0, { expectedShare: 0.5, expectedLostShare }),
      row('Local', 0, { expectedShare: 0 }),
    );
  assert.match(
    said(0),
    'alone: 50 % depend on what it takes, of which all can finish in the time that it leaves them, under Cluster, none under Local.',
  );
  assert.match(said(0.25), 'of which all but 50 % can finish');
  assert.match(said(0.5), 'alone: 50 % under Cluster, none under Local.');
});

test('within chance: no advice, but how many repeats would tell', () => {
  const text = answered(
    row('Cluster', 3, { expectedShare: 0.2 }),
    row('Local', 0, { expectedShare: 0, differences: [{ policy: 'Cluster', withinChance: true }] }),
  );
  assert.match(text, 'is within chance, so this run cannot tell them apart; about --repeats 2 would tell.');
  assert.not.match(text, 'Flip to');
});

test('how to flip: the way that cost nothing, if one was measured beside the one that did', () => {
  const flip = (failedOf: number, requestsLost = 0) =>
    compared({ kind: 'flip', requestsLost, outage: failed(failedOf, 100, 11) });
  const inPlace = row('Cluster->Local', 0, { disturbances: [flip(55)] });
  const steps = row('Cluster->Local/exclude-first', 0, { disturbances: [flip(0)] });
  assert.match(
    answered(inPlace, steps),
    'Flip by Cluster->Local/exclude-first: the change itself cut none of 60 streams (0..6 %) and failed no new connection; Cluster->Local did.',
  );
  assert.not.match(answered(inPlace, row('Local->Cluster', 0, { disturbances: [flip(0)] })), 'Flip by');
  const cuts = row('Cluster->Local/exclude-first', 2, { disturbances: [flip(0, 2)] });
  assert.not.match(answered(inPlace, cuts), 'Flip by');
});

test("another node's death: reported only if the advice makes it worse", () => {
  const nodes = (share: number) => [
    { node: 'stable-0', share },
    { node: 'spot-0', share: 0.2 },
  ];
  const rows = (share: number) => [
    row('Cluster', 9, { ifNodeDies: nodes(0.68) }),
    row('Local', 0, {
      ifNodeDies: nodes(share),
      differences: [{ policy: 'Cluster', withinChance: false }],
    }),
  ];
  assert.match(
    answered(...rows(0.75)),
    'Local leaves more on fewer nodes: losing stable-0 would take 75 % of streams, under Cluster 68 %.',
  );
  assert.not.match(answered(...rows(0.6)), 'fewer nodes');
});

test('a difference that the report does not judge is not judged here either', () => {
  const text = answered(row('Cluster', 9), row('Local', 0));
  assert.not.match(text, 'chance');
  assert.not.match(text, 'avoids');
});

test('Local is not praised if it lost as much or more', () => {
  const text = answered(
    row('Cluster', 5),
    row('Local', 30, { differences: [{ policy: 'Cluster', withinChance: false }] }),
  );
  assert.match(text, 'Local lost more than Cluster here: it is no cure for this node.');
});

test('PreferSameNode is called no cure if a node that only passed connections on took some along', () => {
  const traffic = {
    initial: 'Cluster',
    final: 'Cluster',
    switchover: null,
    trafficDistribution: 'PreferSameNode',
  } as const;
  const soft = (transit: number) =>
    answered(row('Cluster+PreferSameNode', transit, { traffic, byCause: { transit } }));
  assert.match(
    soft(9),
    'Cluster+PreferSameNode is not the cure that it looks like: it takes away the second hop only',
  );
  assert.match(soft(9), '9 streams died with one that only passed them on');
  assert.not.match(soft(0), 'looks like');
});

/** A row of the comparison of cures, its difference from each earlier row judged. */
function cured(policy: string, lost: number, most: number, more: Partial<ComparisonRow> = {}): ComparisonRow {
  const differences = ['Cluster', 'Local', 'Local+DaemonSet'].map((other) => ({
    policy: other,
    withinChance: false,
  }));
  return row(policy, lost, { ifNodeDies: [{ node: 'stable-0', share: most }], differences, ...more });
}

test('of several arrangements one is recommended for this shape: fewest lost, then the least on one node, then the least to arrange', () => {
  const text = answered(
    cured('Cluster', 12, 0.7),
    cured('Local', 0, 0.75),
    cured('Local+DaemonSet', 9, 0.2),
    cured('Cluster+ExcludeLabel', 0, 0.88),
    cured('Cluster+PodDirect', 0, 0.75),
  );
  assert.match(
    text,
    'For this shape take Local: it lost none of 60 streams, as did Cluster+ExcludeLabel, whose busiest node carries more; Cluster+PodDirect, with more to arrange.',
  );
  const label = answered(cured('Cluster', 12, 0.8), cured('Cluster+ExcludeLabel', 0, 0.75));
  assert.match(label, 'take Cluster+ExcludeLabel: it lost none of 60 streams. Its price: the second hop');
});

test("the cure's price: how long a rollout's gap lasts, and which death would then take more than before", () => {
  const local = cured('Local', 0, 0.75, { balancerNoticesSeconds: 8 });
  const daemonSet = cured('Local+DaemonSet', 9, 0.2);
  const text = answered(cured('Cluster', 12, 0.7), local, daemonSet);
  assert.match(
    text,
    'Its price: in a rollout a node without a ready pod drops new connections until the balancer has noticed, up to 8.0 s by its checks. Local leaves more on fewer nodes: losing stable-0 would take 75 % of streams, under Cluster 70 %.',
  );
  const uneven = { busiestPod: { share: 0.5, even: 1 / 3 } };
  assert.match(
    answered(cured('Cluster', 12, 0.7), cured('Local', 0, 0.75, uneven), daemonSet),
    'Its price: the busiest ingress pod gets 50 % of connections, where an even spread would give it 33 %; in a rollout',
  );
  const even = answered(cured('Cluster', 12, 0.7), cured('Local', 0, 0.6), daemonSet);
  assert.match(even, 'until the balancer has noticed.');
  assert.not.match(even, 'fewer nodes');
});

test('no cure is recommended of policies alone, nor within chance', () => {
  const policies = answered(cured('Cluster', 12, 0.7), cured('Local', 0, 0.5));
  assert.not.match(policies, 'For this shape');
  const differences = [{ policy: 'Cluster', withinChance: true }];
  const label = cured('Cluster+ExcludeLabel', 0, 0.5, { differences });
  assert.not.match(answered(cured('Cluster', 2, 0.7), label), 'For this shape');
});

test('a share that differs from the expected one by more than chance is reported', () => {
  assert.match(
    answered(row('Cluster', 30, { expectedShare: 0.2, expectedWithinChance: false })),
    'Expected from topology and policy alone: 20 % under Cluster; Cluster differs by more than chance.',
  );
});

test('a policy of which no repeat counts is not compared, and named', () => {
  const text = answered(
    row('Cluster', 9),
    row('Local', 0, { unknownRepeats: 1, started: 0, interval: null }),
  );
  assert.match(text, 'cost 9 of 60 streams under Cluster (95 % interval 8..26 %).');
  assert.match(text, 'Nothing is known about Local: no repeat counts.');
});

test('new connections that never recovered are the answer, unless something else is in doubt', () => {
  const never = {
    code: 'never-recovered' as const,
    text: 'new connections had not recovered: failover is 9.0 s or more',
  };
  const comparison = [aRow({ policy: 'Cluster->Local', unknownRepeats: 1, started: 0, interval: null })];
  const answerTo = (...reasons: { code: 'never-recovered' | 'process-ended'; text: string }[]) =>
    answer(
      aReport({ trials: [aTrial({ policy: 'Cluster->Local', verdict: 'unknown', reasons })], comparison }),
    ).join(' ');
  assert.is(
    answerTo(never),
    'Under Cluster->Local new connections had not recovered: failover is 9.0 s or more.',
  );
  assert.is(
    answerTo(never, { code: 'process-ended', text: 'a container ended by itself' }),
    'Nothing is known about Cluster->Local: no repeat counts.',
  );
});

test('a machine that was too slow: what to do', () => {
  const reasons = [{ code: 'late' as const, text: 'the edge was late' }];
  const trial = aTrial({ policy: 'Local', verdict: 'unknown', reasons });
  const comparison = [aRow({ policy: 'Local', unknownRepeats: 1, started: 0, interval: null })];
  assert.match(
    answer(aReport({ trials: [trial], comparison })).join(' '),
    'Nothing is known about Local: no repeat counts. This machine was too slow while it mattered: end other programs and run it again, or lower timeScale.',
  );
});

test('a preemption: what its notice and its power cut cost together, not what the flip did', () => {
  const trial = aTrial({ fault: aFault('preempt', 'preemptible-2') });
  const comparison = [
    aRow({
      policy: 'Cluster->Local',
      lost: 12,
      disturbances: [
        compared({ kind: 'flip', requestsLost: 3 }),
        compared({ kind: 'notice', requestsLost: 2 }),
        compared({ requestsLost: 7 }),
      ],
    }),
  ];
  const [first = ''] = answer(aReport({ trials: [trial], comparison }));
  assert.match(
    first,
    'Preemption of preemptible-2 cost 9 of 60 streams under Cluster->Local (95 % interval 8..26 %).',
  );
});

test('a watch, and a run in which nothing was disturbed, have none', () => {
  assert.equal(
    answer(aReport({ trials: [aTrial({ policy: null })], comparison: [aRow({ policy: null })] })),
    [],
  );
  assert.equal(answer(aReport({ trials: [aTrial()], comparison: [aRow()] })), []);
});

test.run();
