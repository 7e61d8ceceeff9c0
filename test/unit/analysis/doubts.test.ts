import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reportOf, trialOf } from '../../support/analysis.ts';
import { type HistoryBuilder, history, ns } from '../../support/history.ts';
import { fault, lossy } from '../../support/lossy.ts';
import { basicPlan } from '../../support/plan.ts';

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

test('an invalid repeat leaves a doubt, and a failure is reported beside it', async () => {
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

test('an instrument that failed leaves a doubt, reported once', async () => {
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
