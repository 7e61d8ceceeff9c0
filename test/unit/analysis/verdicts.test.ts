import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { worst } from '../../../src/analysis/judge/verdicts.ts';
import { reportOf, trialOf } from '../../support/analysis.ts';
import { type HistoryBuilder, history, ns } from '../../support/history.ts';
import { basicPlan } from '../../support/plan.ts';

type Expect = readonly (readonly [string, string | number | boolean, string?])[];
const fault = { kind: 'power-off', node: 'preemptible-0' };

/** Ten streams, of which two are lost with a dead node; probes fail for 2 s. */
function lossy(expect: Expect, more: (builder: HistoryBuilder) => unknown = () => {}) {
  const builder = history({ expect })
    .trial(10, { fault })
    .streams(8, { from: 1000, to: 21_000, source: '10.0.0.1' })
    .streams(2, { from: 1000, to: 15_000, transit: 'preemptible-0', outcome: 'hung' })
    .fault(10_000)
    .probes({ from: 5000, to: 30_000, fails: (due) => due >= 10_000 && due < 12_000 && {} });
  more(builder);
  return builder.endTrial(31_000).finish(32_000);
}

test('a failure is worse than a doubt, a doubt worse than none', () => {
  assert.is(worst(['pass', 'unknown', 'fail']), 'fail');
  assert.is(worst(['pass', 'unknown']), 'unknown');
  assert.is(worst(['pass', 'pass']), 'pass');
  assert.is(worst([]), 'pass');
});

test('no expectation: pass if valid, whatever was lost', async () => {
  const report = await reportOf(lossy([]));
  assert.is(report.verdict, 'pass');
  assert.is(report.outcome, 'completed');
  assert.is(report.trials[0]?.reason, null);
});

// Every metric: what was measured, and conditions that just hold and just do not.
const metrics: [string, string | number | boolean, string, string][] = [
  ['lost', 2, '<= 2', '< 2'],
  ['lost.share', 0.2, '<= 20%', '< 20%'],
  ['lost.transit', 2, '== 2', '!= 2'],
  ['lost.endpoint', 0, '0', '> 0'],
  ['lostAtFault', 2, '>= 2', '> 2'],
  ['avoidableByLocal', 2, '2', '1'],
  ['outcome.hung', 2, '2', '3'],
  ['outcome.completed', 8, '8', '9'],
  ['outcome.refused', 0, '0', '1'],
  ['cdn.cut', 2, '2', '0'],
  ['cdn.522', 0, '0', '> 0'],
  ['probes.new.failed', 20, '20', '< 20'],
  ['predictedMatches', true, 'true', 'false'],
  ['sourceAddress', 'kept', 'kept', '!= kept'],
  ['failover', 2, '<= 2s', '<= 1999ms'],
  ['disruption', 2, '2s', '< 2s'],
  ['firstFailedProbe', 0, '0', '> 0'],
  ['lastFailedProbe', 1.9, '1900ms', '> 2s'],
];
for (const [metric, measured, holds, fails] of metrics) {
  test(`${metric} is ${measured}: ${holds} passes, ${fails} fails`, async () => {
    const passed = await reportOf(lossy([[metric, holds]]));
    const failed = await reportOf(lossy([[metric, fails]]));
    assert.is(passed.expectations[0]?.measured, measured);
    assert.equal([passed.expectations[0]?.verdict, passed.verdict], ['pass', 'pass']);
    assert.equal([failed.expectations[0]?.verdict, failed.verdict], ['fail', 'fail']);
    assert.match(failed.trials[0]?.reason ?? '', `measured ${measured}`);
  });
}

const unmeasured = [
  'probes.reused.failed',
  'failoverReused',
  'lostAtFlip',
  'flip.failover',
  'nodeReadmitted',
];
for (const metric of unmeasured) {
  test(`${metric} was not measured: unknown`, async () => {
    const { expectations, verdict, trials } = await reportOf(lossy([[metric, 0]]));
    assert.equal(expectations[0]?.measured, null);
    assert.is(verdict, 'unknown');
    assert.match(trials[0]?.reason ?? '', 'not measured');
  });
}

test('the worst expectation decides, and those missed are told', async () => {
  const trial = await trialOf(
    lossy([
      ['lost.transit', '> 0'],
      ['lost', 0],
      ['failoverReused', '0s'],
    ]),
  );
  assert.is(trial.verdict, 'fail');
  assert.is(trial.reason, 'lost == 0: measured 2; failoverReused == 0s: not measured');
});

test("a policy's expectation binds its own trials only", async () => {
  const report = await reportOf(
    history({
      expect: [
        ['lost', 1, 'Cluster'],
        ['lost', 0, 'Local'],
        ['lost', '<= 1'],
      ],
    })
      .trial(10, { policy: 'Cluster' })
      .stream({ from: 100, to: 900, outcome: 'truncated' })
      .endTrial(1000)
      .trial(2000, { policy: 'Local' })
      .stream({ from: 2100, to: 2900 })
      .endTrial(3000)
      .finish(4000),
  );
  assert.is(report.verdict, 'pass');
  const rows = report.expectations.map(({ policy, text, measured, line }) => [policy, text, measured, line]);
  assert.equal(rows, [
    ['Cluster', 'lost == 1', 1, 1],
    ['Cluster', 'lost <= 1', 1, 3],
    ['Local', 'lost == 0', 0, 2],
    ['Local', 'lost <= 1', 0, 3],
  ]);
});

/** Two repeats with so many lost. */
const repeats = (first: number, second: number, second_: { invalid?: string[] } = {}) =>
  history({ expect: [['lost', 0]] })
    .trial(10)
    .stream({ from: 100, to: 900 })
    .streams(first, { from: 100, to: 900, outcome: 'truncated' })
    .endTrial(1000)
    .trial(2000, { repeat: 1 })
    .stream({ from: 2100, to: 2900 })
    .streams(second, { from: 2100, to: 2900, outcome: 'truncated' })
    .endTrial(3000, second_)
    .finish(4000);

test('of the repeats the worst counts', async () => {
  for (const [first, second] of [
    [1, 0],
    [0, 1],
  ] as const) {
    const report = await reportOf(repeats(first, second));
    assert.is(report.verdict, 'fail');
    assert.equal(report.expectations, [
      {
        text: 'lost == 0',
        policy: 'Cluster',
        measured: 1,
        unit: 'count',
        verdict: 'fail',
        reason: { code: 'not-met', text: 'measured 1' },
        line: 1,
      },
    ]);
  }
  assert.is((await reportOf(repeats(0, 0))).verdict, 'pass');
});

test('an invalid repeat leaves a doubt, and a failure stands beside it', async () => {
  const invalid = { invalid: ['something got in the way'] };
  const doubt = await reportOf(repeats(0, 0, invalid));
  assert.is(doubt.verdict, 'unknown');
  assert.is(doubt.trials[1]?.reason, 'something got in the way');
  assert.is(doubt.expectations[0]?.verdict, 'unknown');
  assert.is((await reportOf(repeats(1, 0, invalid))).verdict, 'fail');
  // What an invalid trial measured proves nothing, bad or good.
  assert.is((await reportOf(repeats(0, 1, invalid))).verdict, 'unknown');
});

test('trials that were never run leave a doubt', async () => {
  const report = await reportOf(
    history({ missing: 1 }).trial(10).endTrial(1000).finish(2000, 'interrupted', 'Ctrl-C'),
  );
  assert.is(report.verdict, 'unknown');
  assert.equal([report.outcome, report.reason], ['interrupted', 'Ctrl-C']);
});

test('a history that breaks off is interrupted, and never a pass', async () => {
  const whole = lossy([['lost', 2]]).events();
  assert.is((await reportOf(whole)).verdict, 'pass');
  const unfinished = await reportOf(whole.slice(0, -1));
  assert.is(unfinished.outcome, 'interrupted');
  assert.match(unfinished.reason ?? '', 'breaks off');
  assert.is(unfinished.verdict, 'unknown');
  const within = await reportOf(whole.slice(0, -2));
  assert.is(within.trials[0]?.verdict, 'unknown');
  assert.match(within.trials[0]?.reason ?? '', 'the history breaks off in this trial');
});

for (const outcome of ['aborted', 'interrupted', 'failed'] as const) {
  test(`a trial that was ${outcome} is unknown, whatever it measured until then`, async () => {
    const trial = await trialOf(
      history({ expect: [['lost', 0]] })
        .trial(10, { fault })
        .stream({ from: 1000, to: 2000 })
        .endTrial(3000, { outcome })
        .finish(4000, outcome),
    );
    assert.equal([trial.outcome, trial.verdict], [outcome, 'unknown']);
    assert.match(trial.reason ?? '', outcome);
  });
}

test('a fault that never came leaves a doubt', async () => {
  const trial = await trialOf(history().trial(10, { fault }).stream({ from: 100, to: 900 }).endTrial(1000));
  assert.is(trial.verdict, 'unknown');
  assert.is(trial.reason, 'the fault never came');
});

test('an instrument that failed leaves a doubt, told once', async () => {
  const failed = (builder: HistoryBuilder) =>
    builder.add({
      type: 'instrument-failed',
      t: ns(20_000),
      instrument: 'probe',
      code: 'ended-unexpectedly',
      reason: 'it ended',
    });
  const trial = await trialOf(lossy([], failed));
  assert.is(trial.verdict, 'unknown');
  assert.is(trial.reason, 'probe: it ended');
  const known = history().trial(10);
  failed(known);
  const told = await trialOf(known.endTrial(30_000, { invalid: ['probe: it ended'] }));
  assert.is(told.reason, 'probe: it ended');
});

test('streams that failed on this machine leave a doubt', async () => {
  const trial = await trialOf(
    history().trial(10).stream({ from: 100, to: 101, outcome: 'local-error' }).endTrial(1000),
  );
  assert.is(trial.verdict, 'unknown');
  assert.match(trial.reason ?? '', /^1 requests failed on this machine, not on the way$/);
});

test('so do probes, with what it was; neither is blamed on the way', async () => {
  const trial = await trialOf(
    history({ expect: [['probes.new.failed', 0]] })
      .trial(10)
      .stream({ from: 100, to: 101, outcome: 'local-error', errno: 'EMFILE' })
      .probes({
        from: 100,
        to: 900,
        fails: (due) => due >= 500 && { outcome: 'local-error', errno: due < 700 ? 'EMFILE' : 'ENOTFOUND' },
      })
      .endTrial(3000),
  );
  assert.is(trial.verdict, 'unknown');
  assert.match(
    trial.reason ?? '',
    /\d requests failed on this machine, not on the way: too many open files \(EMFILE\), the name cannot be resolved \(ENOTFOUND\)/,
  );
});

test("an engine's own problems leave a doubt", async () => {
  const trial = await trialOf(
    history()
      .trial(10)
      .add({
        type: 'engine-summary',
        t: ns(500),
        load: 'many',
        engine: 'k6',
        version: '1',
        figures: {},
        problems: ['its events and its summary differ'],
      })
      .endTrial(1000),
  );
  assert.is(trial.verdict, 'unknown');
  assert.is(trial.reason, 'many: its events and its summary differ');
});

test('the report carries on what people must know', async () => {
  const note = (level: 'info' | 'warning', text: string, at: number) =>
    ({ type: 'note', t: ns(at), level, code: 'other', text }) as const;
  const report = await reportOf(
    history({
      plan: { ...basicPlan, notices: ['real clusters run in real time'], trials: [], expectations: [] },
      topology: { limits: [{ code: 'one-machine', text: 'a limit' }], versions: { kubernetes: '1.34' } },
    })
      .add(note('warning', 'slow', 20), note('warning', 'slow', 21), note('info', 'fine', 22))
      .trial(30)
      .endTrial(1000)
      .finish(2500),
  );
  assert.equal(report.notices, ['real clusters run in real time', 'a limit', 'slow']);
  assert.equal(report.versions, { kubernetes: '1.34' });
  assert.is(report.wallSeconds, 2.5);
});

test('a history without a header is bad', async () => {
  const [, ...headless] = lossy([]).events();
  try {
    await reportOf(headless);
    assert.unreachable('it has no header');
  } catch (error) {
    assert.is((error as { code?: string }).code, 'bad-history');
  }
});

test.run();
