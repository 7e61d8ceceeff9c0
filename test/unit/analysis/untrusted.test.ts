import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { heldUpLimit, probeLatenessLimit } from '../../../src/plan/instruments.ts';
import { trialOf } from '../../support/analysis.ts';
import { type HistoryBuilder, type HistoryOptions, history } from '../../support/history.ts';

const fault = { kind: 'power-off', node: 'preemptible-0' };

/** A fault at 10 s; new connections fail until 12 s. */
async function trialWith(late: (builder: HistoryBuilder) => unknown, options: HistoryOptions = {}) {
  const builder = history(options)
    .trial(0, { fault })
    .fault(10_000)
    .streams(2, { from: 1000, to: 15_000, transit: 'preemptible-0', outcome: 'hung' })
    .probes({ from: 5000, to: 30_000, fails: (due) => due >= 10_000 && due < 12_000 && {} });
  late(builder);
  return trialOf(builder.endTrial(31_000));
}

test('a probe is late by half an interval, and never by less than 20 ms', () => {
  assert.is(probeLatenessLimit(5), 100);
  assert.is(probeLatenessLimit(25), 20);
  assert.is(probeLatenessLimit(1000), 20);
});

test('a probe is held up by two intervals, and never by less than 100 ms', () => {
  assert.is(heldUpLimit(4), 500);
  assert.is(heldUpLimit(1000), 100);
});

test('an instrument within its limit is trusted', async () => {
  const { untrusted } = await trialWith((builder) =>
    builder
      .late(11_000, 'probe', { maxMs: 50 })
      .late(11_000, 'slow', { maxMs: 1000 })
      .late(11_000, 'edge', { maxMs: 1500 }),
  );
  assert.equal(untrusted, []);
});

test('beyond it the window is reported, in seconds since the trial began', async () => {
  const { untrusted } = await trialWith((builder) =>
    builder
      .late(11_000, 'probe', { maxMs: 51 })
      .late(12_000, 'slow', { maxMs: 1001 })
      .late(13_000, 'edge', { maxMs: 1501 }),
  );
  assert.equal(untrusted, [
    { instrument: 'probe', from: 10, to: 11, maxLatenessMs: 51 },
    { instrument: 'slow', from: 11, to: 12, maxLatenessMs: 1001 },
    { instrument: 'edge', from: 12, to: 13, maxLatenessMs: 1501 },
  ]);
});

test('neighbouring windows are one, with the worst of both', async () => {
  const { untrusted } = await trialWith((builder) =>
    builder
      .late(8000, 'probe', { maxMs: 60 })
      .late(9000, 'probe', { maxMs: 90 })
      .late(10_000, 'probe', { maxMs: 70 })
      .late(20_000, 'probe', { maxMs: 60 }),
  );
  assert.equal(untrusted, [
    { instrument: 'probe', from: 7, to: 10, maxLatenessMs: 90 },
    { instrument: 'probe', from: 19, to: 20, maxLatenessMs: 60 },
  ]);
});

test('limits are of real time, windows of cluster time', async () => {
  // 1 probe in 100 ms of cluster time is one in 10 ms of real time: 20 ms is the limit.
  const { untrusted } = await trialWith(
    (builder) => builder.late(11_000, 'probe', { maxMs: 21 }).late(12_000, 'edge', { maxMs: 150 }),
    { plan: { timeScale: 10 } },
  );
  assert.equal(untrusted, [{ instrument: 'probe', from: 100, to: 110, maxLatenessMs: 21 }]);
});

const during = (builder: HistoryBuilder) => builder.late(11_500, 'probe', { maxMs: 80 });

for (const metric of ['failover', 'disruption', 'firstFailedProbe', 'lastFailedProbe']) {
  test(`late probes within the outage make ${metric} unknown, whether it would hold or not`, async () => {
    for (const condition of ['< 1h', '> 1h']) {
      const trial = await trialWith(during, { expect: [[metric, condition]] });
      assert.is(trial.verdict, 'unknown');
      assert.match(trial.reason ?? '', 'probe was late by 80 ms while it mattered');
      assert.equal(
        trial.reasons.map(({ code }) => code),
        ['late'],
      );
    }
  });
}

test('a late recorder makes the longest silence unknown, a late edge what it ejected and when', async () => {
  const verdictOf = async (metric: string, instrument: string) =>
    (
      await trialWith((builder) => builder.late(11_500, instrument, { maxMs: 5000 }), {
        expect: [[metric, '< 1h']],
      })
    ).verdict;
  assert.is(await verdictOf('longestSilence', 'slow'), 'unknown');
  assert.is(await verdictOf('longestSilence', 'edge'), 'pass');
  assert.is(await verdictOf('longestSilence', 'probe'), 'pass');
  assert.is(await verdictOf('failover', 'slow'), 'pass');
  const ejectedBy = async (lateMs: number) =>
    (
      await trialWith(
        (builder) => builder.ejected(11_000, 'preemptible-0').late(11_500, 'edge', { maxMs: lateMs }),
        { expect: [['edgeEjected', '< 1h']] },
      )
    ).verdict;
  assert.is(await ejectedBy(10), 'pass');
  assert.is(await ejectedBy(5000), 'unknown');
});

test('counts do not depend on when a probe was sent', async () => {
  const expect = [
    ['lost', 2],
    ['probes.new.failed', 20],
    ['predictedMatches', true],
  ] as const;
  assert.is((await trialWith(during, { expect })).verdict, 'pass');
});

test('too many failed probes prove nothing if the probe was late: this machine may have failed them', async () => {
  const verdictOf = async (metric: string, wanted: string | number, late = during) =>
    (await trialWith(late, { expect: [[metric, wanted]] })).verdict;
  // Of the 20 that failed, those under way from 10.5 to 11.5 s may be its own: all but the last four of 2 s, and no more.
  assert.is(await verdictOf('probes.new.failed', '<= 4'), 'unknown');
  assert.is(await verdictOf('probes.new.failed', '<= 3'), 'fail');
  assert.is(await verdictOf('probes.new.failed', 0), 'fail');
  assert.is(await verdictOf('probes.new.failed', '<= 50'), 'pass');
  assert.is(await verdictOf('probes.new.failed', '> 50'), 'fail', 'too few are too few');
  assert.is(await verdictOf('probes.new.failed', 0, (builder) => builder), 'fail');
  assert.is(await verdictOf('lost', 0), 'fail', 'a stream is not lost by a late probe');
});

test('late before the fault, after the outage, or of another instrument: trusted', async () => {
  const expect = [['failover', '<= 2s']] as const;
  const verdictOf = async (late: (builder: HistoryBuilder) => unknown) =>
    (await trialWith(late, { expect })).verdict;
  assert.is(await verdictOf((builder) => builder.late(9999, 'probe', { maxMs: 80 })), 'pass');
  assert.is(await verdictOf((builder) => builder.late(13_500, 'probe', { maxMs: 80 })), 'pass');
  assert.is(await verdictOf((builder) => builder.late(12_500, 'probe', { maxMs: 80 })), 'unknown');
  assert.is(await verdictOf((builder) => builder.late(11_500, 'edge', { maxMs: 5000 })), 'pass');
});

test('what fails beyond the first good window is measured in it too', async () => {
  const builder = history({ expect: [['lastFailedProbe', '< 1h']] })
    .trial(0, { fault })
    .fault(10_000)
    .stream({ from: 1000, to: 15_000, transit: 'preemptible-0', outcome: 'hung' })
    .probes({ from: 5000, to: 30_000, fails: (due) => (due === 11_000 || due === 16_000) && {} })
    .late(16_000, 'probe', { maxMs: 80 })
    .endTrial(31_000);
  assert.is((await trialOf(builder)).verdict, 'unknown');
});

/** Nothing fails after a fault at 10 s; good for 10 s is enough. */
async function quietTrial(
  late: (builder: HistoryBuilder) => unknown,
  expect: NonNullable<HistoryOptions['expect']>,
  fails: (due: number) => boolean = () => false,
) {
  const builder = history({ plan: { stabilityMs: 10_000 }, expect })
    .trial(0, { fault })
    .phase(100, 'ramp')
    .phase(5000, 'steady')
    .fault(10_000)
    .streams(2, { from: 1000, to: 15_000, transit: 'preemptible-0', outcome: 'hung' })
    .probes({ from: 5000, to: 40_000, fails: (due) => fails(due) && {} });
  late(builder);
  return trialOf(builder.endTrial(41_000));
}

test('a probe held up when it should have shown that all is well: what it did not see is not good', async () => {
  const at =
    (end: number, maxMs = 900) =>
    (builder: HistoryBuilder) =>
      builder.late(end, 'probe', { maxMs });
  const verdictOf = async (late: (builder: HistoryBuilder) => unknown, condition = '0s') =>
    (await quietTrial(late, [['failover', condition]])).verdict;
  assert.is(await verdictOf((builder) => builder), 'pass');
  assert.is(await verdictOf(at(15_000)), 'unknown', 'within the window of stability');
  assert.is(await verdictOf(at(15_000), '<= 1h'), 'unknown');
  assert.is(await verdictOf(at(15_000, 150)), 'pass', 'late by less than two of its intervals');
  assert.is(await verdictOf(at(35_000)), 'pass', 'behind it');
  assert.is(await verdictOf(at(8000)), 'pass', 'before the fault');
  const { reason } = await quietTrial(at(15_000), [['failover', '0s']]);
  assert.is(reason, 'failover == 0s: probe was late by 900 ms while it mattered');
});

test('the window behind an outage is the same', async () => {
  const down = (due: number) => due >= 10_000 && due < 12_000;
  const verdictOf = async (end: number, metric = 'failover') =>
    (await quietTrial((builder) => builder.late(end, 'probe', { maxMs: 900 }), [[metric, '<= 3s']], down))
      .verdict;
  assert.is(await verdictOf(20_000), 'unknown');
  assert.is(await verdictOf(20_000, 'disruption'), 'unknown');
  assert.is(await verdictOf(24_000), 'pass');
});

for (const [instrument, metric, counted] of [
  ['slow', 'lost', 2],
  ['slow', 'lost.transit', 2],
  ['slow', 'outcome.hung', 2],
  ['slow', 'lostAtFault', 2],
  ['probe', 'probes.new.failed', 0],
] as const) {
  test(`${instrument} held up: ${metric} may be more, and is not less`, async () => {
    const verdictOf = async (condition: string, end = 20_000) =>
      (await quietTrial((builder) => builder.late(end, instrument, { maxMs: 2000 }), [[metric, condition]]))
        .verdict;
    assert.is(await verdictOf(`${counted}`), 'unknown');
    assert.is(await verdictOf(`<= ${counted}`), 'unknown');
    assert.is(await verdictOf(`< ${counted + 1}`), 'unknown');
    assert.is(await verdictOf(`!= ${counted + 1}`), 'unknown');
    assert.is(await verdictOf(`> ${counted}`), 'unknown');
    assert.is(await verdictOf(`>= ${counted}`), 'pass');
    assert.is(await verdictOf(`${counted}`, 9000), 'pass', 'before the fault');
    if (counted === 0) return;
    assert.is(await verdictOf(`< ${counted}`), 'fail', 'these are lost, however late others began');
    assert.is(await verdictOf(`!= ${counted - 1}`), 'pass');
  });
}

test('streams late while they ramp up: nothing was at stake yet', async () => {
  const verdictOf = async (end: number) => {
    const builder = history({ expect: [['lost', 0]] })
      .trial(0)
      .phase(100, 'ramp')
      .phase(5000, 'steady')
      .streams(2, { from: 1000, to: 15_000 })
      .probes({ from: 5000, to: 30_000 })
      .late(end, 'slow', { maxMs: 2000 });
    return (await trialOf(builder.endTrial(31_000))).verdict;
  };
  assert.is(await verdictOf(4900), 'pass');
  assert.is(await verdictOf(6000), 'unknown');
});

test('an instrument that is not known leaves every clock in doubt', async () => {
  const known = await trialWith(() => {});
  const { clocksSeconds, clockNotes, untrusted } = await trialWith((builder) =>
    builder.late(11_000, 'of-a-newer-version', { maxMs: 5000 }),
  );
  assert.equal(
    untrusted.map(({ instrument }) => instrument),
    ['of-a-newer-version'],
  );
  let doubted = 0;
  for (const [name, note] of Object.entries(clockNotes)) {
    const before = known.clockNotes[name as keyof typeof clockNotes]?.code;
    if (before === 'not-applicable' || before === 'no-probe') {
      assert.is(note.code, before, `${name} has nothing to be read from`);
      continue;
    }
    doubted += 1;
    assert.is(note.code, 'late', name);
    assert.match(note.reason ?? '', 'of-a-newer-version was late by 5000 ms', name);
    assert.is(clocksSeconds[name as keyof typeof clocksSeconds], null, name);
  }
  assert.is(doubted, 7);
});

test.run();
