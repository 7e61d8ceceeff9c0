import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { clockNames } from '../../../src/catalogue/clocks.ts';
import { trialOf } from '../../support/analysis.ts';
import { clock, fault, faultTrial, node } from '../../support/clock-trial.ts';
import { type HistoryBuilder, history, ns } from '../../support/history.ts';

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

test('no disturbance: no clock ticks, and all have a note for it', async () => {
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

test.run();
