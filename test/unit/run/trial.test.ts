import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Conductor, conductor } from '../../support/conductor.ts';
import { disturbances, interruptAt, noFault, of, phases, powerOff, tried } from '../../support/trial.ts';

const seconds = (ns: number) => ns / 1e9;

const phaseAt = (rig: Conductor, wanted: string) =>
  seconds(of(rig, 'phase').find(({ phase }) => phase === wanted)?.t ?? Number.NaN);

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

test.run();
