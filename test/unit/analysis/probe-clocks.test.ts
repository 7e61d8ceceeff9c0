import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { notRecovered } from '../../../src/analysis/clocks/request-clocks.ts';
import { trialOf } from '../../support/analysis.ts';
import { clock, fault, faultTrial, node } from '../../support/clock-trial.ts';
import { type HistoryBuilder, history } from '../../support/history.ts';
import { basicPlan } from '../../support/plan.ts';

const loads = (kind: 'streams' | 'probe') => basicPlan.load.filter((load) => load.kind === kind);

/** Probes from 5 s to 30 s that fail when due in any of these spans, both ends included. */
const failing =
  (...spans: [number, number][]) =>
  (builder: HistoryBuilder) =>
    builder.probes({
      from: 5000,
      to: 30_000,
      fails: (due) => spans.some(([from, to]) => due >= from && due <= to) && {},
    });

test('first and last failed probe and failover are by due times', async () => {
  const probes = failing([10_200, 13_000]);
  assert.is(await clock('firstFailedProbe', probes), 0.2);
  assert.is(await clock('lastFailedProbe', probes), 3);
  assert.is(await clock('failover', probes), 3.1);
  const { clockNotes } = await faultTrial(probes);
  for (const name of ['firstFailedProbe', 'lastFailedProbe', 'failover'] as const) {
    assert.is(clockNotes[name]?.resolutionSeconds, 0.1);
  }
});

test('a probe that was due before the fault is not its, however late it failed', async () => {
  assert.is(await clock('failover', failing([9900, 9900])), 0);
});

test('failover: after the last failed probe, however long probes were good by chance before it', async () => {
  const probes = failing([10_200, 12_000], [18_000, 18_000]);
  assert.is(await clock('failover', probes), 8.1);
  assert.is(await clock('lastFailedProbe', probes), 8);
  assert.is(await clock('failover', probes, { plan: { stabilityMs: 12_100 } }), notRecovered);
  assert.is(await clock('failover', probes, { plan: { stabilityMs: 11_900 } }), 8.1);
});

test('nothing failed: failover and disruption are 0, and first and last did not tick', async () => {
  assert.is(await clock('failover', failing()), 0);
  assert.is(await clock('disruption', failing()), 0);
  assert.is(await clock('firstFailedProbe', failing()), 'no probe failed');
  assert.is(await clock('lastFailedProbe', failing()), 'no probe failed');
});

test('not recovered by the end: null, and the trial is unknown', async () => {
  const builder = history({ expect: [['lost', 0]] })
    .trial(10, { fault })
    .fault(10_000)
    .stream({ from: 1000, to: 29_000, transit: node })
    .probes({ from: 5000, to: 30_000, fails: (due) => due >= 28_500 && {} });
  const trial = await trialOf(builder.endTrial(31_000));
  assert.is(trial.clocksSeconds.failover, null);
  assert.is(trial.clockNotes.failover?.reason, 'probes still failed at the end of the trial');
  assert.is(trial.verdict, 'unknown');
  assert.match(trial.reason ?? '', 'new connections had not recovered by the end of the trial');
});

test('not recovered by the end: a limit that is exceeded already is a failure all the same', async () => {
  const judged = async (...expect: [string, string | number][]) => {
    const builder = history({ expect })
      .trial(10, { fault })
      .fault(10_000)
      .stream({ from: 1000, to: 29_000, transit: node })
      .stream({ from: 1000, to: 29_000, transit: node, outcome: 'reset-mid-body' })
      .probes({ from: 5000, to: 30_000, fails: (due) => due >= 28_500 && {} });
    const { verdict, reason } = await trialOf(builder.endTrial(31_000));
    return [verdict, reason];
  };
  const doubt = 'new connections had not recovered by the end of the trial: failover is 20.0 s or more';
  assert.equal(await judged(['lost', 0]), ['fail', `lost == 0: measured 1; ${doubt}`]);
  assert.equal(await judged(['lost', '<= 0'], ['failover', '<= 5s']), [
    'fail',
    `lost <= 0: measured 1; failover <= 5s: measured 20.0 s or more; ${doubt}`,
  ]);
  assert.equal(await judged(['failover', '<= 19s']), [
    'fail',
    `failover <= 19s: measured 20.0 s or more; ${doubt}`,
  ]);
  assert.equal(await judged(['failover', '0s']), [
    'fail',
    `failover == 0s: measured 20.0 s or more; ${doubt}`,
  ]);
  for (const condition of ['<= 20s', '> 5s', '!= 5s'])
    assert.equal(await judged(['failover', condition]), ['unknown', doubt]);
  assert.equal(await judged(['lost', '< 1']), ['fail', `lost < 1: measured 1; ${doubt}`]);
  // More time might have made these true, or untrue.
  for (const condition of ['> 5', '<= 1', '< 2', '>= 1'])
    assert.equal(await judged(['lost', condition]), ['unknown', doubt]);
});

test('a window that the end of the trial cuts short is no recovery', async () => {
  const ends = async (at: number) => {
    const builder = history().trial(10, { fault }).fault(10_000);
    builder.probes({ from: 5000, to: at, fails: (due) => due === 11_000 && {} });
    return (await trialOf(builder.endTrial(at))).clocksSeconds.failover;
  };
  assert.is(await ends(13_099), null);
  assert.is(await ends(13_100), 1.1);
});

test('disruption: the sum of the failing shares of each second', async () => {
  // 5 of 10, 10 of 10, 1 of 10.
  assert.is(await clock('disruption', failing([10_000, 10_400], [11_000, 12_000])), 1.6);
  const odd = (builder: HistoryBuilder) =>
    builder.probes({
      from: 5000,
      to: 30_000,
      fails: (due) => due >= 10_000 && due < 20_000 && due % 200 === 0 && {},
    });
  assert.is(await clock('disruption', odd), 5);
});

test('failoverReused: the same of the probes on kept connections', async () => {
  const probes = (builder: HistoryBuilder) => {
    failing()(builder);
    builder.probes({
      from: 5000,
      to: 30_000,
      lane: 'reused',
      fails: (due) => due >= 10_000 && due < 15_000 && {},
    });
  };
  assert.is(await clock('failoverReused', probes), 5);
  assert.is(await clock('failover', probes), 0);
  assert.is(await clock('failoverReused', failing()), 'there was no probe on kept connections');
});

test('without probes none of their clocks ticks', async () => {
  const plan = { load: loads('streams') };
  for (const name of ['firstFailedProbe', 'lastFailedProbe', 'failover', 'disruption'] as const) {
    assert.is(await clock(name, () => {}, { plan }), 'there was no probe');
  }
});

test.run();
