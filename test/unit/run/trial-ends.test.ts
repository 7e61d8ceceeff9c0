import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { type Conductor, conductor } from '../../support/conductor.ts';
import { disturbances, interruptAt, noFault, of, phases, powerOff, tried } from '../../support/trial.ts';

for (const phase of ['ramp', 'steady', 'observe', 'finish']) {
  test(`interrupted while in ${phase}: the trial says so, and nothing in it is doubted`, async () => {
    const rig = conductor(powerOff);
    interruptAt(rig, phase);
    const end = await tried(rig);
    assert.equal([end.outcome, end.invalid], ['interrupted', []]);
    assert.is(phases(rig).at(-1), phase, 'a cluster that goes as a whole is not mended');
  });
}

test('interrupted while the node is brought back: the trial is not completed', async () => {
  const rig = conductor(powerOff);
  interruptAt(rig, 'recover');
  rig.world.unwind = async () => [];
  const end = await tried(rig);
  assert.equal([end.outcome, end.invalid], ['interrupted', []]);
});

test('what cannot be mended aborts the run, with why', async () => {
  const rig = conductor(powerOff);
  rig.world.unwind = async () => [
    { kind: 'power', what: 'power of bare', result: 'failed', detail: 'no answer' },
  ];
  const end = await tried(rig);
  assert.is(end.outcome, 'aborted');
  assert.is(end.invalid[0]?.code, 'not-restored');
  assert.match(end.invalid[0]?.text ?? '', 'power of bare: no answer');
  assert.is(of(rig, 'disturbance').at(-1)?.at, 'failed');
});

test('an instrument that fails ends the trial at once; its node is brought back all the same', async () => {
  const rig = conductor(powerOff);
  rig.on = (event) => {
    if (event.type !== 'phase' || event.phase !== 'observe') return;
    rig.run.record({
      type: 'instrument-failed',
      t: rig.time.clock.now(),
      instrument: 'probe',
      code: 'ended-unexpectedly',
      reason: 'ended',
    });
  };
  const end = await tried(rig);
  assert.equal([end.outcome, end.invalid], ['failed', [{ code: 'instrument-failed', text: 'probe: ended' }]]);
  assert.equal(phases(rig).slice(-2), ['observe', 'recover']);
  assert.is(of(rig, 'disturbance').at(-1)?.at, 'recovered');
});

test('if several of our processes were late, the slow machine is the first reason', async () => {
  const reasons = async (...late: string[]) => {
    const rig = conductor(powerOff);
    rig.world.streams = 9;
    rig.on = (event) => {
      if (event.type !== 'phase') return;
      for (const part of late) rig.run.state.message(part, { type: 'answered', ms: 800 });
    };
    return (await tried(rig)).invalid;
  };
  const [first] = await reasons('probe', 'edge');
  assert.is(first?.text, 'this machine was too slow: probe, edge took up to 0.8 s to answer');
  assert.is((await reasons('edge')).length, 1, 'one may have been stopped');
});

test('an edge that does not hand over its log makes the trial doubtful', async () => {
  const rig = conductor(noFault);
  const end = await tried(rig, 'Cluster', false);
  assert.equal(
    end.invalid.map(({ code }) => code),
    ['edge-log-incomplete'],
  );
});

test('after Ctrl-C a log of the edge that is not whole is no reason: nothing was concluded from it', async () => {
  const rig = conductor(powerOff);
  interruptAt(rig, 'observe');
  const end = await tried(rig, 'Cluster', false);
  assert.equal([end.outcome, end.invalid], ['interrupted', []]);
});

/** Counts how often the changes are unwound, and with which signal. */
function unwindings(rig: Conductor): AbortSignal[] {
  const signals: AbortSignal[] = [];
  const unwind = rig.world.unwind;
  rig.world.unwind = (signal) => {
    signals.push(signal);
    return unwind(signal);
  };
  return signals;
}

/** An instrument stops answering as soon as this phase begins. */
function failAt(rig: Conductor, wanted: string): void {
  rig.on = (event) => {
    if (event.type !== 'phase' || event.phase !== wanted) return;
    rig.run.record({
      type: 'instrument-failed',
      t: rig.time.clock.now(),
      instrument: 'probe',
      code: 'did-not-answer',
      reason: 'silent',
    });
  };
}

for (const phase of ['observe', 'finish']) {
  test(`an instrument that is silent in ${phase}: the trial fails, and the fault is unwound once`, async () => {
    const rig = conductor(powerOff);
    const signals = unwindings(rig);
    failAt(rig, phase);
    const end = await tried(rig);
    assert.is(end.outcome, 'failed');
    assert.is(end.invalid[0]?.code, 'instrument-failed');
    assert.is(signals.length, 1);
    assert.equal(phases(rig).slice(-2), [phase, 'recover']);
  });
}

for (const phase of ['ramp', 'steady']) {
  test(`an instrument that is silent in ${phase}: nothing is broken, and nothing is unwound`, async () => {
    const rig = conductor(powerOff);
    const signals = unwindings(rig);
    failAt(rig, phase);
    const end = await tried(rig);
    assert.equal([end.outcome, end.invalid[0]?.code], ['failed', 'instrument-failed']);
    assert.equal([signals.length, disturbances(rig), phases(rig).at(-1)], [0, [], phase]);
  });
}

test('Ctrl-C on a cluster that stays: the fault is unwound all the same, and not cut short by the signal', async () => {
  const rig = conductor(powerOff);
  Object.assign(rig.run.provider.cluster, { disposable: false });
  const signals = unwindings(rig);
  interruptAt(rig, 'observe');
  const end = await tried(rig);
  assert.is(end.outcome, 'interrupted');
  assert.equal(
    signals.map(({ aborted }) => aborted),
    [false],
  );
  assert.is(of(rig, 'disturbance').at(-1)?.at, 'recovered');
});

test('a fault that cannot be injected: the trial fails with why, and what it did until then is unwound', async () => {
  const rig = conductor(powerOff);
  const signals = unwindings(rig);
  const { make } = rig.run.changes;
  const refusing: typeof make = (kind, target, wanted) =>
    kind.kind === 'power'
      ? Promise.reject(new MidflightError('fault-failed', 'the switch is stuck'))
      : make(kind, target, wanted);
  Object.assign(rig.run.changes, { make: refusing });
  const end = await tried(rig);
  assert.is(end.outcome, 'failed');
  assert.match(end.invalid[0]?.text ?? '', 'the switch is stuck');
  assert.is(signals.length, 1);
});

test.run();
