import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compare } from '../../../src/analysis/comparison.ts';
import { independentDifference, pairedDifference } from '../../../src/analysis/newcombe.ts';
import { wilson } from '../../../src/analysis/wilson.ts';
import { reportOf } from '../../support/analysis.ts';
import { history } from '../../support/history.ts';
import { basicPlan } from '../../support/plan.ts';
import { aTrial } from '../../support/report.ts';

const near = (found: number | undefined, wanted: number) =>
  assert.ok(Math.abs((found ?? Number.NaN) - wanted) < 5e-5, `${found} is not ${wanted}`);

test("Wilson's interval", () => {
  // statsmodels: proportion_confint(10, 100, method='wilson').
  near(wilson(10, 100)?.low, 0.05523);
  near(wilson(10, 100)?.high, 0.17437);
  // By hand: nothing of n is z²/(n + z²), z² = 3.8415.
  assert.is(wilson(0, 10)?.low, 0);
  near(wilson(0, 10)?.high, 3.8415 / 13.8415);
  near(wilson(10, 10)?.low, 10 / 13.8415);
  assert.is(wilson(10, 10)?.high, 1);
  assert.is(wilson(0, 0), null);
});

const fault = { kind: 'power-off', node: 'preemptible-0' };

test('one row for each policy, over its repeats', async () => {
  const builder = history();
  const trial = (at: number, policy: 'Cluster' | 'Local', repeat: number, lost: number, failsFor: number) =>
    builder
      .trial(at, { policy, fault, repeat })
      .streams(10 - lost, { from: at + 1000, to: at + 21_000 })
      .streams(lost, { from: at + 1000, to: at + 15_000, transit: 'preemptible-0', outcome: 'hung' })
      .fault(at + 10_000)
      .probes({
        from: at + 5000,
        to: at + 30_000,
        fails: (due) => due >= at + 10_000 && due < at + 10_000 + failsFor && {},
      })
      .endTrial(at + 31_000);
  trial(0, 'Cluster', 0, 2, 3000);
  trial(100_000, 'Local', 0, 0, 0);
  trial(200_000, 'Cluster', 1, 3, 1000);
  trial(300_000, 'Local', 1, 0, 0);
  trial(400_000, 'Cluster', 2, 1, 6000);
  const { comparison } = await reportOf(builder.finish(500_000));
  assert.equal(
    comparison.map(({ policy, repeats }) => [policy, repeats]),
    [
      ['Cluster', 3],
      ['Local', 2],
    ],
  );
  const [cluster, local] = comparison;
  assert.equal([cluster?.started, cluster?.lost, cluster?.predictedLost], [30, 6, 6]);
  assert.equal(cluster?.interval, wilson(6, 30));
  assert.equal(cluster?.byCause, { transit: 6 });
  assert.equal(cluster?.byCdnCode, { cut: 6 });
  assert.equal(cluster?.failover, {
    median: 3,
    min: 1,
    max: 6,
    interval: { low: 0.9, high: 6.1 },
    bootstrap: { low: 0.9, high: 6.1, confidence: 0.75 },
    repeats: 3,
  });
  assert.is(cluster?.failingShare, 1);
  assert.is(cluster?.flipFailover, null);
  assert.equal([local?.lost, local?.predictedLost], [0, 0]);
  assert.equal(local?.failover, {
    median: 0,
    min: 0,
    max: 0,
    interval: { low: 0, high: 0.1 },
    bootstrap: { low: 0, high: 0.1, confidence: 0.5 },
    repeats: 2,
  });
  assert.is(local?.failingShare, 0);
});

test("a flip's failover is separate from the fault's", async () => {
  const { comparison } = await reportOf(
    history()
      .trial(10, { policy: 'Cluster->Local', fault })
      .flip(10_000)
      .fault(20_000)
      .stream({ from: 1000, to: 25_000, transit: 'preemptible-0', outcome: 'hung' })
      .probes({
        from: 5000,
        to: 30_000,
        fails: (due) => ((due >= 10_000 && due < 14_000) || (due >= 20_000 && due < 21_000)) && {},
      })
      .endTrial(31_000)
      .finish(32_000),
  );
  assert.is(comparison[0]?.flipFailover?.median, 4);
  assert.is(comparison[0]?.failover?.median, 1);
});

test('what no trial measured is null', async () => {
  const { comparison } = await reportOf(history().trial(10).endTrial(1000).finish(2000));
  const [row] = comparison;
  assert.equal(
    [row?.interval, row?.failover, row?.failingShare, row?.predictedLost],
    [null, null, null, null],
  );
});

interface Streams {
  readonly policy: 'Cluster' | 'Local' | 'Local->Cluster';
  readonly repeat?: number;
  readonly lost: number;
  readonly of: number;
  /** New connections fail to the end. */
  readonly never?: boolean;
}

/** Trials one after another; what they lose was on the fault's node. Limits as `[metric, condition]`. */
function compared(trials: readonly Streams[], expect: readonly (readonly [string, string])[] = []) {
  const builder = history({ expect });
  for (const [index, { policy, repeat = 0, lost, of, never = false }] of trials.entries()) {
    const at = index * 100_000;
    builder
      .trial(at, { policy, fault, repeat })
      .streams(of - lost, { from: at + 1000, to: at + 21_000 })
      .streams(lost, { from: at + 1000, to: at + 15_000, transit: 'preemptible-0', outcome: 'hung' })
      .fault(at + 10_000)
      .probes({
        from: at + 5000,
        to: at + 30_000,
        fails: (due) => due >= at + 10_000 && (never || due < at + 11_000) && {},
      })
      .endTrial(at + 31_000);
  }
  return reportOf(builder.finish(trials.length * 100_000));
}

test('each row is compared with every one above it; what chance can do is no difference', async () => {
  const { comparison } = await compared([
    { policy: 'Cluster', lost: 10, of: 40 },
    { policy: 'Local', lost: 0, of: 40 },
    { policy: 'Local->Cluster', lost: 14, of: 40 },
  ]);
  assert.equal(
    comparison.map(({ differences }) => differences.map((one) => [one.policy, one.withinChance])),
    [
      [],
      [['Cluster', false]],
      [
        ['Cluster', true], // 25 % and 35 %
        ['Local', false],
      ],
    ],
  );
});

test('policies are compared in pairs: the k-th stream of a repeat under one and under the other', async () => {
  const { comparison } = await compared([
    { policy: 'Cluster', repeat: 0, lost: 10, of: 40 },
    { policy: 'Local->Cluster', repeat: 0, lost: 14, of: 40 },
    { policy: 'Cluster', repeat: 1, lost: 5, of: 40 },
    { policy: 'Local->Cluster', repeat: 1, lost: 5, of: 40 },
  ]);
  const [difference] = comparison[1]?.differences ?? [];
  assert.equal(difference?.pairs, { both: 15, onlyThis: 4, onlyOther: 0, neither: 61 });
  assert.equal(difference?.difference?.toFixed(4), '0.0500');
  const found = pairedDifference({ both: 15, first: 4, second: 0, neither: 61 });
  assert.equal(difference?.interval, { low: found?.low, high: found?.high });
});

test('no pairs if one began more streams than the other: then as independent samples', async () => {
  const { comparison } = await compared([
    { policy: 'Cluster', lost: 10, of: 40 },
    { policy: 'Local->Cluster', lost: 14, of: 50 },
  ]);
  const [difference] = comparison[1]?.differences ?? [];
  assert.is(difference?.pairs, null);
  const found = independentDifference({ hits: 14, tries: 50 }, { hits: 10, tries: 40 });
  assert.equal(difference?.interval, { low: found?.low, high: found?.high });
});

test('a repeat that counts under one policy alone is in no pair', async () => {
  const { comparison } = await compared([
    { policy: 'Cluster', repeat: 0, lost: 10, of: 40 },
    { policy: 'Local->Cluster', repeat: 0, lost: 14, of: 40 },
    { policy: 'Cluster', repeat: 1, lost: 30, of: 40, never: true },
    { policy: 'Local->Cluster', repeat: 1, lost: 12, of: 40 },
  ]);
  const { pairs = null } = comparison[1]?.differences[0] ?? {};
  assert.equal(pairs, { both: 10, onlyThis: 4, onlyOther: 0, neither: 26 });
});

test('a row without a stream is compared with none', async () => {
  const { comparison } = await compared([
    { policy: 'Cluster', lost: 10, of: 40 },
    { policy: 'Local', lost: 0, of: 0 },
    { policy: 'Local->Cluster', lost: 14, of: 40 },
  ]);
  assert.equal(
    comparison.map(({ differences }) => differences.map(({ policy }) => policy)),
    [[], [], ['Cluster']],
  );
});

test('the expected share lies within what was measured, or it does not', async () => {
  const { comparison } = await compared([
    { policy: 'Cluster', lost: 10, of: 40 }, // a fifth is expected: 5 nodes
    { policy: 'Local->Cluster', lost: 38, of: 40 },
    { policy: 'Local', lost: 0, of: 0 },
  ]);
  assert.equal(
    comparison.map(({ expectedShare, expectedWithinChance }) => [expectedShare, expectedWithinChance]),
    [
      [0.2, true],
      [0.2, false],
      [0, null],
    ],
  );
});

test('of the expected share, what cannot finish in the time that the fault leaves it', () => {
  const row = (throughTarget: number, lost: number, expectedShare = 0.5) =>
    compare(
      [aTrial({ atInjection: { inFlight: 60, throughTarget }, predicted: { lost, expectedShare } })],
      new Map(),
    )[0];
  assert.is(row(30, 30)?.expectedLostShare, 0.5);
  assert.is(row(30, 15)?.expectedLostShare, 0.25);
  assert.is(row(30, 0)?.expectedLostShare, 0);
  assert.is(row(0, 0)?.expectedLostShare, 0.5, 'no stream was on it: nothing is known of their time');
  assert.is(row(30, 30)?.expectedShare, 0.5);
  assert.is(compare([aTrial({ predicted: null })], new Map())[0]?.expectedLostShare, null, 'no fault');
});

test('how long the balancer may take to notice, by the checks of the policy that a trial ends with', async () => {
  const { checks } = basicPlan.edge;
  const Local = { ...checks.Local, intervalMs: 3000, timeoutMs: 1000, unhealthyThreshold: 2 };
  const edge = { ...basicPlan.edge, checks: { ...checks, Local }, verdictDelayMs: 500 };
  const flipped = history({ plan: { edge } }).trial(0, { policy: 'Cluster->Local' }).endTrial(60_000);
  const { comparison } = await reportOf(flipped);
  assert.is(comparison[0]?.balancerNoticesSeconds, 8.5);
  assert.is(compare([aTrial()], new Map())[0]?.balancerNoticesSeconds, null, 'no balancer is known');
});

test('a repeat that is unknown is left out of the pooled figures, even if only its recovery is in doubt', async () => {
  const trials = [
    { policy: 'Cluster', repeat: 0, lost: 10, of: 40 },
    { policy: 'Cluster', repeat: 1, lost: 30, of: 40, never: true },
  ] as const;
  const free = await compared(trials);
  assert.equal(
    free.trials.map(({ verdict, reasons }) => [verdict, ...reasons.map(({ code }) => code)]),
    [['pass'], ['unknown', 'never-recovered']],
  );
  const [row] = free.comparison;
  assert.equal([row?.repeats, row?.unknownRepeats, row?.started, row?.lost], [2, 1, 40, 10]);
  assert.equal(row?.failover?.repeats, 1);
  assert.equal(row?.disturbances[0]?.failoverGaps, []);

  // 20 s or more is beyond 5 s: a failure is no doubt, and what it lost counts.
  const limited = await compared(trials, [['failover', '<= 5s']]);
  assert.equal(
    limited.trials.map(({ verdict }) => verdict),
    ['pass', 'fail'],
  );
  const [judged] = limited.comparison;
  assert.equal([judged?.repeats, judged?.unknownRepeats, judged?.started, judged?.lost], [2, 0, 80, 40]);
  assert.equal(
    judged?.disturbances[0]?.failoverGaps.map(({ code, repeats }) => [code, repeats]),
    [['never-recovered', 1]],
  );
});

test.run();
