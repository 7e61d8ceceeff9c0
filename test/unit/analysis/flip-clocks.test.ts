import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { trialOf } from '../../support/analysis.ts';
import { fault, node } from '../../support/clock-trial.ts';
import { history } from '../../support/history.ts';

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
