import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wilson } from '../../../src/analysis/wilson.ts';
import { reportOf } from '../../support/analysis.ts';
import { history } from '../../support/history.ts';

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
    repeats: 3,
  });
  assert.is(cluster?.failingShare, 1);
  assert.is(cluster?.flipFailover, null);
  assert.equal([local?.lost, local?.predictedLost], [0, 0]);
  assert.equal(local?.failover, { median: 0, min: 0, max: 0, interval: { low: 0, high: 0.1 }, repeats: 2 });
  assert.is(local?.failingShare, 0);
});

test("a flip's failover stands apart from the fault's", async () => {
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

test.run();
