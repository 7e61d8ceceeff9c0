import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { notRecovered } from '../../../src/analysis/clocks/request-clocks.ts';
import { type ClockName, clockNames } from '../../../src/catalogue/clocks.ts';
import { trialOf } from '../../support/analysis.ts';
import { type HistoryBuilder, type HistoryOptions, history, ns } from '../../support/history.ts';
import { basicPlan } from '../../support/plan.ts';

const node = 'stable-1';
const fault = { kind: 'power-off', node };
const loads = (kind: 'streams' | 'probe') => basicPlan.load.filter((load) => load.kind === kind);

/** stable-1 loses power at 10 s and is brought back at 80 s; the trial ends at 100 s. */
async function faultTrial(more: (builder: HistoryBuilder) => unknown, options: HistoryOptions = {}) {
  const builder = history(options).trial(10, { fault }).fault(10_000).recover(80_000);
  more(builder);
  return trialOf(builder.endTrial(100_000));
}

/** Seconds, or the reason why there are none. */
async function clock(
  name: ClockName,
  more: (builder: HistoryBuilder) => unknown,
  options: HistoryOptions = {},
): Promise<number | string | null | undefined> {
  const { clocksSeconds, clockNotes } = await faultTrial(more, options);
  const seconds = clocksSeconds[name];
  const note = clockNotes[name];
  // Either it ticked or it says why not.
  assert.is(seconds === null, note?.reason !== null, `${name}: ${seconds}, ${note?.reason}`);
  return seconds ?? note?.reason;
}

/** Probes from 5 s to 30 s that fail when due in any of these spans, both ends included. */
const failing =
  (...spans: [number, number][]) =>
  (builder: HistoryBuilder) =>
    builder.probes({
      from: 5000,
      to: 30_000,
      fails: (due) => spans.some(([from, to]) => due >= from && due <= to) && {},
    });

test('edgeEjected: the first verdict against the node that was hit', async () => {
  const ejected = (builder: HistoryBuilder) =>
    builder.ejected(9000, 'stable-0').ejected(34_500, node).ejected(40_000, node);
  assert.is(await clock('edgeEjected', ejected), 24.5);
  const { clockNotes } = await faultTrial(ejected);
  assert.is(clockNotes.edgeEjected?.resolutionSeconds, 8, 'the interval of the checks under Cluster');
});

test('edgeEjected: none', async () => {
  assert.is(
    await clock('edgeEjected', (builder) => builder.ejected(34_500, 'stable-0')),
    'the edge held stable-1 green to the end',
  );
  assert.is(
    await clock('edgeEjected', (builder) => builder.ejected(9000, node).ejected(34_500, node)),
    'the edge did not hold stable-1 green when it was hit',
  );
  // What comes after the recovery is not the fault's.
  assert.is(
    await clock('edgeEjected', (builder) => builder.ejected(80_000, node)),
    'the edge held stable-1 green to the end',
  );
});

test('edgeEjected: a healthy node outside the target set was not green', async () => {
  const outside = history()
    .add({ type: 'health', t: ns(5), node, eligible: false, healthy: true, reason: 'not in the set' })
    .trial(10, { fault })
    .fault(10_000)
    .ejected(34_500, node)
    .endTrial(40_000);
  const { clockNotes } = await trialOf(outside);
  assert.is(clockNotes.edgeEjected?.reason, 'the edge did not hold stable-1 green when it was hit');
});

test('nodeNotReady: when the condition left True', async () => {
  const seen = (builder: HistoryBuilder) =>
    builder.ready(9000, 'stable-0', 'Unknown').ready(11_000, node, 'True').ready(55_250, node, 'Unknown');
  assert.is(await clock('nodeNotReady', seen), 45.25);
  assert.is(await clock('nodeNotReady', (builder) => builder.ready(55_250, node, 'False')), 45.25);
  const { clockNotes } = await faultTrial(seen);
  assert.is(clockNotes.nodeNotReady?.resolutionSeconds, 5, "the node monitor's period");
});

test('nodeNotReady: none', async () => {
  assert.is(
    await clock('nodeNotReady', (builder) => builder.ready(81_000, node, 'Unknown')),
    'stable-1 was Ready until its recovery',
  );
});

test('endpointsRemoved: when no pod of ingress or app is ready there any more', async () => {
  const removed = (builder: HistoryBuilder) =>
    builder.endpoints(55_000, 'ingress', ['stable-0']).endpoints(55_500, 'app', ['stable-0']);
  assert.is(await clock('endpointsRemoved', removed), 45.5);
  const { clockNotes } = await faultTrial(removed);
  assert.is(clockNotes.endpointsRemoved?.resolutionSeconds, 5, "the node monitor's period");
});

test('endpointsRemoved: none', async () => {
  const half = (builder: HistoryBuilder) => builder.endpoints(55_000, 'ingress', ['stable-0']);
  assert.is(await clock('endpointsRemoved', half), 'the endpoints on stable-1 were still ready at the end');
  const elsewhere = { ingress: ['stable-0'], app: ['stable-0'] };
  assert.is(await clock('endpointsRemoved', () => {}, elsewhere), 'no pod of ingress or app was on stable-1');
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

test('without a probe none of its clocks ticks', async () => {
  const plan = { load: loads('streams') };
  for (const name of ['firstFailedProbe', 'lastFailedProbe', 'failover', 'disruption'] as const) {
    assert.is(await clock(name, () => {}, { plan }), 'there was no probe');
  }
});

test('longestSilence: the longest of the streams that were under way', async () => {
  const streams = (builder: HistoryBuilder) =>
    builder
      .stream({ from: 1000, to: 9000, silence: 4000 })
      .stream({ from: 1000, to: 20_000, silence: 2100 })
      .stream({ from: 1000, to: 20_000, silence: 1300 });
  assert.is(await clock('longestSilence', streams), 2.1);
  assert.is(
    await clock('longestSilence', (builder) => builder.stream({ from: 1000, to: 9000 })),
    'no stream was under way',
  );
});

test('longestSilence: the silence that a stream was given up for counts', async () => {
  const hung = (builder: HistoryBuilder) =>
    builder.stream({ from: 1000, to: 15_400, lastByte: 10_200, outcome: 'hung', silence: 1100 });
  assert.is(await clock('longestSilence', hung), 5.2);
});

test('nodeReadmitted counts from the recovery', async () => {
  const back = (builder: HistoryBuilder) => builder.ejected(34_000, node).green(88_500, node);
  assert.is(await clock('nodeReadmitted', back), 8.5);
  const outside = {
    type: 'health',
    t: ns(85_000),
    node,
    eligible: false,
    healthy: true,
    reason: '',
  } as const;
  assert.is(await clock('nodeReadmitted', (builder) => back(builder).add(outside)), 8.5);
  const { clockNotes } = await faultTrial(back);
  assert.is(clockNotes.nodeReadmitted?.resolutionSeconds, 8, 'the interval of the checks under Cluster');
});

test('nodeReadmitted: none', async () => {
  assert.is(await clock('nodeReadmitted', () => {}), 'the edge had not ejected it');
  assert.is(
    await clock('nodeReadmitted', (builder) => builder.ejected(34_000, node)),
    'the edge had not readmitted stable-1 by the end',
  );
  const never = await trialOf(
    history().trial(10, { fault }).fault(10_000).ejected(34_000, node).green(88_500, node).endTrial(90_000),
  );
  assert.is(never.clocksSeconds.nodeReadmitted, null);
  assert.is(never.clockNotes.nodeReadmitted?.reason, 'stable-1 was not brought back');
});

test('nothing disturbed: no clock ticks, and all say so', async () => {
  const { clocksSeconds, clockNotes, disturbances } = await trialOf(history().trial(10).endTrial(1000));
  assert.equal(disturbances, []);
  for (const name of clockNames) {
    assert.is(clocksSeconds[name], null);
    assert.is(clockNotes[name]?.reason, 'nothing was disturbed');
  }
});

test('all durations are cluster time', async () => {
  const { clocksSeconds, clockNotes, disturbances } = await trialOf(
    history({ plan: { timeScale: 10, stabilityMs: 20_000 } })
      .trial(10, { fault })
      .stream({ from: 1000, to: 20_000, silence: 150 })
      .probes({ from: 5000, to: 30_000, fails: (due) => due >= 10_200 && due <= 13_000 && {} })
      .fault(10_000)
      .ejected(12_450, node)
      .ready(14_500, node, 'Unknown')
      .recover(20_000)
      .green(20_800, node)
      .endTrial(30_000),
  );
  assert.is(disturbances[0]?.at, 99.9);
  assert.equal(clocksSeconds, {
    edgeEjected: 24.5,
    nodeNotReady: 45,
    endpointsRemoved: null,
    firstFailedProbe: 2,
    lastFailedProbe: 30,
    failover: 31,
    // 0.1 s of real time is a second of cluster time, in which one probe is due.
    disruption: 29,
    failoverReused: null,
    longestSilence: 1.5,
    nodeReadmitted: 8,
  });
  assert.is(clockNotes.longestSilence?.resolutionSeconds, 0.01, 'a millisecond of real time');
});

// A flip at 10 s, and a fault at 20 s or none.
const switchover = (fault?: { kind: string; node: string }) =>
  history().trial(
    10,
    fault === undefined ? { policy: 'Cluster->Local' } : { policy: 'Cluster->Local', fault },
  );

test('a flip has clocks of its own, and the trial has those of the fault', async () => {
  const builder = switchover(fault)
    .probes({
      from: 5000,
      to: 30_000,
      fails: (due) => ((due >= 10_500 && due < 14_000) || (due >= 21_000 && due < 22_000)) && {},
    })
    .stream({ from: 1000, to: 25_500, lastByte: 20_100, outcome: 'hung', transit: node, silence: 1000 })
    .flip(10_000)
    .ejected(13_000, 'preemptible-0')
    .ejected(13_500, 'preemptible-1')
    .fault(20_000)
    .ejected(26_000, node)
    .endTrial(31_000);
  const { disturbances, clocksSeconds } = await trialOf(builder);
  const [flip, hit] = disturbances;
  assert.equal([flip?.kind, flip?.name, flip?.node, flip?.at], ['flip', 'Cluster->Local', null, 9.99]);
  assert.equal([hit?.kind, hit?.name, hit?.node, hit?.at], ['fault', 'power-off', node, 19.99]);
  assert.is(flip?.clocksSeconds.edgeEjected, 3.5, 'the last that the edge took out');
  assert.is(flip?.clocksSeconds.failover, 4);
  assert.is(flip?.clocksSeconds.firstFailedProbe, 0.5);
  assert.is(flip?.clocksSeconds.lastFailedProbe, 3.9);
  assert.is(flip?.clocksSeconds.disruption, 3.5);
  assert.is(flip?.clocksSeconds.longestSilence, null, 'the fault silenced the only stream');
  assert.is(flip?.clockNotes.nodeNotReady?.reason, 'no node died');
  assert.is(hit?.clocksSeconds.edgeEjected, 6);
  assert.is(hit?.clocksSeconds.failover, 2);
  assert.is(hit?.clocksSeconds.longestSilence, 5.4);
  assert.equal(clocksSeconds, hit?.clocksSeconds);
  // Every one from the first failed to the last failed one.
  assert.is(flip?.failingShare, 1);
  assert.is(hit?.failingShare, 1);
});

test("a stream that hangs is the fault's silence if its last byte came within two chunks of it", async () => {
  const silences = async (lastByte: number) => {
    const hung = { from: 1000, to: lastByte + 5000, lastByte, outcome: 'hung' } as const;
    const { disturbances } = await trialOf(
      switchover(fault).stream(hung).flip(10_000).fault(20_000).endTrial(31_000),
    );
    return disturbances.map(({ clocksSeconds }) => clocksSeconds.longestSilence);
  };
  assert.equal(await silences(18_000), [null, 5]);
  assert.equal(await silences(17_999), [5, 5]);
});

test("without a fault the trial's clocks are the flip's", async () => {
  const { disturbances, clocksSeconds, clockNotes } = await trialOf(
    switchover().flip(10_000).probes({ from: 5000, to: 30_000 }).endTrial(31_000),
  );
  assert.equal(clocksSeconds, disturbances[0]?.clocksSeconds);
  assert.is(clockNotes.edgeEjected?.reason, 'the edge ejected no node');
  // Three of five nodes drop: four good probes in a row are chance in less than 5 %.
  assert.is(clockNotes.failover?.resolutionSeconds, 0.4);
});

test('a fault that comes before the flip is over has no failover of its own', async () => {
  const { disturbances, verdict } = await trialOf(
    switchover(fault)
      .flip(10_000)
      .probes({ from: 5000, to: 40_000, fails: (due) => due >= 10_500 && due < 22_000 && {} })
      .stream({ from: 1000, to: 30_000, transit: node })
      .fault(20_000)
      .endTrial(41_000),
  );
  const reasons = disturbances.map(({ clockNotes }) => clockNotes.failover?.reason);
  assert.equal(reasons, [
    'not over when the next disturbance began',
    'an earlier disturbance was not over when this one began',
  ]);
  assert.is(disturbances[1]?.clocksSeconds.firstFailedProbe, 0);
  assert.is(verdict, 'pass', 'there is an expectation on neither');
});

test('a command of the user is a disturbance as well', async () => {
  const plan = { provider: 'watch' as const };
  const { disturbances, clocksSeconds } = await trialOf(
    history({ plan })
      .trial(10, { policy: null })
      .probes({ from: 1000, to: 20_000, fails: (due) => due >= 10_500 && due < 12_000 && { transit: null } })
      .stream({ from: 1000, to: 11_000, outcome: 'reset-mid-body', transit: null })
      .stream({ from: 1000, to: 9000, outcome: 'reset-mid-body', transit: null })
      .stream({ from: 10_500, to: 10_501, outcome: 'local-error', transit: null })
      .command(10_000, 'kubectl drain')
      .endTrial(21_000),
  );
  const [command] = disturbances;
  // The first only: the second was lost before, the third never left this machine.
  assert.equal([command?.kind, command?.name, command?.requestsLost], ['command', 'kubectl drain', 1]);
  assert.is(clocksSeconds.failover, 2);
});

test('a watch without a command counts from the last good probe before the first that failed', async () => {
  const plan = { provider: 'watch' as const };
  const { disturbances } = await trialOf(
    history({ plan })
      .trial(10, { policy: null })
      .probes({ from: 1000, to: 20_000, fails: (due) => due >= 10_500 && due < 12_000 && { transit: null } })
      .endTrial(21_000),
  );
  const [outage] = disturbances;
  assert.equal([outage?.kind, outage?.at, outage?.clocksSeconds.failover], ['outage', 10.39, 1.6]);
});

test.run();
