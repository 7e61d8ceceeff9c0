import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import type { EventOf, HistoryEvent } from '../../../src/history/schema.ts';
import type { Plan, PlannedTrial } from '../../../src/plan/schema.ts';
import { runTrial } from '../../../src/run/trial/index.ts';
import { type Conductor, conductor } from '../../support/conductor.ts';

const powerOff: Partial<Plan> = {
  fault: {
    kind: 'power-off',
    target: { node: 'bare' },
    pod: 'ingress',
    trigger: { streamsInFlight: 10, afterMs: 3000 },
  },
};
const noFault: Partial<Plan> = { fault: null };

async function tried(
  rig: Conductor,
  policy: PlannedTrial['policy'] = 'Cluster',
  synced = true,
): Promise<EventOf<'trial-end'>> {
  const target = rig.run.plan.fault === null ? null : 'bare';
  const outcome = await rig.time.until(runTrial(rig.run, rig.trial(policy), target, async () => synced));
  const end = rig.events.at(-1);
  assert.ok(end?.type === 'trial-end');
  assert.is(end.outcome, outcome);
  return end;
}

const of = <T extends HistoryEvent['type']>({ events }: Conductor, type: T): EventOf<T>[] =>
  events.filter((event): event is EventOf<T> => event.type === type);
const phases = (rig: Conductor) => of(rig, 'phase').map(({ phase }) => phase);
const seconds = (ns: number) => ns / 1e9;
const phaseAt = (rig: Conductor, wanted: string) =>
  seconds(of(rig, 'phase').find(({ phase }) => phase === wanted)?.t ?? Number.NaN);
const disturbances = (rig: Conductor) =>
  of(rig, 'disturbance').map(
    ({ kind, at, affected }) => `${kind} ${at}${affected === undefined ? '' : ` ${affected}`}`,
  );
const interrupted = new MidflightError('interrupted', 'interrupted by SIGINT');

test('a trial with a fault, phase by phase', async () => {
  const rig = conductor(powerOff);
  const end = await tried(rig);
  assert.equal([end.outcome, end.invalid], ['completed', []]);
  assert.equal(phases(rig), ['prepare', 'ramp', 'steady', 'fault', 'observe', 'finish', 'recover']);
  assert.equal(
    of(rig, 'disturbance').map(({ kind, at }) => `${kind} ${at}`),
    ['fault begin', 'fault done', 'fault recover', 'fault recovered'],
  );
  assert.is(of(rig, 'disturbance').find(({ at }) => at === 'done')?.affected, 1);
  assert.equal(of(rig, 'note'), []);
});

test('steady state comes before the fault, and the trigger counts from it', async () => {
  const rig = conductor(powerOff);
  await tried(rig);
  const began = seconds(of(rig, 'disturbance')[0]?.t ?? 0);
  assert.ok(phaseAt(rig, 'fault') - phaseAt(rig, 'steady') >= 2 + 3, 'a window of 2 s, then 3 s');
  assert.is(began, phaseAt(rig, 'fault'));
});

test('observation goes on until Kubernetes has marked the node, unless it is short', async () => {
  const full = conductor(powerOff);
  await tried(full);
  assert.ok(phaseAt(full, 'finish') - phaseAt(full, 'observe') >= 50);
  const short = conductor({ ...powerOff, observe: 'short' });
  await tried(short);
  const lasted = phaseAt(short, 'finish') - phaseAt(short, 'observe');
  assert.ok(lasted >= 22 && lasted < 50, `ejected after 20 s, stable after 2 s more: ${lasted}`);
});

test('a good window while the edge still holds the dead node green ends nothing', async () => {
  const rig = conductor({ ...powerOff, observe: 'short' });
  rig.world.probe = () => 'completed';
  await tried(rig);
  assert.ok(phaseAt(rig, 'finish') - phaseAt(rig, 'observe') >= 22);
});

test('what never settles is given up at its limit, and said', async () => {
  const rig = conductor(powerOff);
  rig.world.ejectedAfter = null;
  const end = await tried(rig);
  assert.is(end.outcome, 'completed');
  assert.equal(
    of(rig, 'note').map(({ code }) => code),
    ['fault-not-settled'],
  );
});

test('a flip is waited for: the edge must follow, then comes the fault', async () => {
  const rig = conductor(powerOff);
  const end = await tried(rig, 'Cluster->Local');
  assert.equal([end.outcome, end.invalid], ['completed', []]);
  assert.equal(phases(rig).slice(2, 6), ['steady', 'flip', 'settle', 'fault']);
  assert.equal(
    of(rig, 'disturbance')
      .slice(0, 2)
      .map(({ kind, at, name }) => `${kind} ${at} ${name}`),
    ['flip begin Cluster->Local', 'flip done Cluster->Local'],
  );
  assert.ok(phaseAt(rig, 'fault') - phaseAt(rig, 'settle') >= 5 + 2 + 3, 'reconciled, stable, triggered');
});

test('an edge that does not follow a flip is noted', async () => {
  const rig = conductor(noFault);
  rig.world.edgeFollows = false;
  await tried(rig, 'Cluster->Local');
  assert.equal(
    of(rig, 'note').map(({ code }) => code),
    ['flip-not-settled'],
  );
});

test('a trial begins only once the edge follows its policy', async () => {
  const rig = conductor(noFault);
  await tried(rig, 'Local');
  assert.is(phaseAt(rig, 'ramp'), 5, 'when it had reconciled');
  const stuck = conductor(noFault);
  stuck.world.edgeFollows = false;
  const end = await tried(stuck, 'Local');
  assert.is(end.outcome, 'failed');
  assert.equal(
    end.invalid.map(({ code }) => code),
    ['edge-not-settled'],
  );
  assert.equal(phases(stuck), ['prepare'], 'no load was started');
});

test('without a disturbance the streams are followed to their end, and nothing is waited for', async () => {
  const rig = conductor(noFault);
  assert.is((await tried(rig)).outcome, 'completed');
  assert.equal(phases(rig), ['prepare', 'ramp', 'finish']);
});

test('too few streams: no steady state, and nothing is broken', async () => {
  const rig = conductor(powerOff);
  rig.world.streams = 9;
  const end = await tried(rig);
  assert.is(end.outcome, 'failed');
  assert.equal(end.invalid, [
    {
      code: 'no-steady-state',
      text: 'no steady state: 9 of 10 streams were in flight past their first chunk',
    },
  ]);
  assert.equal(phases(rig), ['prepare', 'ramp']);
  assert.equal(disturbances(rig), []);
});

test('probes that fail before the fault: no steady state; a slow machine is named instead', async () => {
  const rig = conductor(powerOff);
  rig.world.probe = () => 'refused';
  assert.is((await tried(rig)).invalid[0]?.code, 'no-steady-state');
  assert.equal(phases(rig), ['prepare', 'ramp', 'steady']);
  const slow = conductor(powerOff);
  slow.world.probe = () => 'refused';
  slow.on = (event) => {
    if (event.type !== 'phase' || event.phase !== 'steady') return;
    slow.run.record({
      type: 'lateness',
      t: 1,
      instrument: 'probe',
      windowMs: 1,
      count: 1,
      p99Ms: 300,
      maxMs: 300,
    });
  };
  const [reason] = (await tried(slow)).invalid;
  assert.is(reason?.code, 'machine-too-slow');
  assert.match(
    reason?.text ?? '',
    /^this machine was too slow: requests began up to 300 ms late; before anything/,
  );
});

/** The signal comes as soon as this phase begins. */
function interruptAt(rig: Conductor, phase: string): void {
  rig.on = (event) => {
    if (event.type === 'phase' && event.phase === phase) rig.abort.abort(interrupted);
  };
}

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

test('loads are begun once, quieted at the end, and cut off only if they are still at it', async () => {
  const rig = conductor(powerOff);
  await tried(rig);
  assert.equal(rig.told, ['slow begin', 'probe begin', 'slow quiesce', 'probe quiesce']);
  const cut = conductor(powerOff);
  interruptAt(cut, 'observe');
  await tried(cut);
  assert.equal(cut.told, ['slow begin', 'probe begin', 'slow cancel', 'probe cancel']);
});

test('a node that is back is waited for until the edge holds it green again', async () => {
  const rig = conductor(powerOff);
  await tried(rig);
  const back = of(rig, 'disturbance').find(({ at }) => at === 'recovered')?.t ?? 0;
  assert.is(seconds((rig.events.at(-1)?.t ?? 0) - back), 1);
  const never = conductor(powerOff);
  never.world.readmits = false;
  await tried(never);
  assert.equal(
    of(never, 'note').map(({ code }) => code),
    ['not-readmitted'],
  );
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

test('where several of our processes were late, the slow machine is the first reason', async () => {
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
