import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Plan } from '../../../src/plan/schema.ts';
import { lastOfItsCluster } from '../../../src/run/trial/recover.ts';
import { type Conductor, conductor } from '../../support/conductor.ts';
import { basicPlan } from '../../support/plan.ts';
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

test('load begins once clients have left a zone whose nodes the policy leaves out', async () => {
  const prepared = async (policy: 'Cluster' | 'Local', crossZone: boolean) => {
    const rig = conductor({ ...noFault, edge: { ...basicPlan.edge, crossZone, zoneDelayMs: 30_000 } });
    for (const { name, labels } of rig.run.topology)
      Object.assign(labels, { 'topology.kubernetes.io/zone': name === 'bare' ? 'b' : 'a' });
    await tried(rig, policy);
    return phaseAt(rig, 'ramp') - phaseAt(rig, 'prepare');
  };
  const [settling, across] = [await prepared('Cluster', false), await prepared('Local', true)];
  assert.ok(Math.max(settling, across) < 30, `${settling} and ${across}: no zone is left`);
  const left = await prepared('Local', false);
  assert.ok(left >= across + 30, `${left}`);
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

test('what never settles is given up at its limit, and that is reported', async () => {
  const rig = conductor(powerOff);
  rig.world.ejectedAfter = null;
  const end = await tried(rig);
  assert.is(end.outcome, 'completed');
  assert.equal(
    of(rig, 'note').map(({ code }) => code),
    ['fault-not-settled'],
  );
});

test('an outage that lasts until it is undone is watched for as long as stability takes, and no longer', async () => {
  const scale = { ...powerOff.fault, kind: 'scale', target: {}, parameters: { replicas: 0 } } as const;
  const rig = conductor({ fault: scale as Plan['fault'] });
  rig.world.probe = () => (rig.run.state.ending.size > 0 ? 'refused' : 'completed');
  await tried(rig);
  assert.equal(of(rig, 'note'), []);
  const steps = of(rig, 'disturbance').filter(({ kind }) => kind === 'step');
  assert.equal(
    steps.map(({ node, pods }) => [node, ...(pods ?? [])]),
    [
      ['with-0', 'on-with-0'],
      ['with-1', 'on-with-1'],
    ],
  );
  const lasted = phaseAt(rig, 'finish') - phaseAt(rig, 'observe');
  assert.ok(lasted >= 2 && lasted < 3, `${lasted}`);
  const done = of(rig, 'disturbance').filter(({ at }) => at === 'done');
  assert.equal(
    done.map(({ lasts }) => lasts),
    [true],
  );
});

test('a node that is to join is kept out before any load begins, and the edge has settled without it', async () => {
  const rig = conductor({ fault: { ...powerOff.fault, kind: 'node-add' } as Plan['fault'] });
  await tried(rig);
  assert.equal(of(rig, 'note'), []);
  const [out, back] = of(rig, 'node');
  assert.equal([out?.excluded, back?.excluded], [true, false]);
  const left = of(rig, 'health').find(({ node, eligible }) => node === 'bare' && !eligible);
  assert.ok(seconds(left?.t ?? Number.NaN) <= phaseAt(rig, 'ramp'));
  assert.ok(seconds(back?.t ?? 0) >= phaseAt(rig, 'fault'));
  const joined = of(rig, 'health').find(
    ({ node, healthy, t }) => node === 'bare' && healthy && t > (back?.t ?? 0),
  );
  assert.ok(
    seconds(joined?.t ?? Number.NaN) <= phaseAt(rig, 'finish'),
    'observed until the edge sends there',
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

test('a live change that leaves the policy alone: the balancer has nothing to follow, so it is not waited for', async () => {
  const rig = conductor(noFault);
  const end = await tried(rig, 'Cluster->Cluster+PreferSameNode');
  assert.equal([end.outcome, end.invalid, of(rig, 'note')], ['completed', [], []]);
  assert.equal(phases(rig).slice(2), ['steady', 'flip', 'settle', 'finish']);
  assert.is(phaseAt(rig, 'finish') - phaseAt(rig, 'settle') < 5, true, 'a window of 2 s');
});

const during = (duringStep: number): Partial<Plan> => {
  const { fault } = powerOff;
  assert.ok(fault);
  return { fault: { ...fault, trigger: { ...fault.trigger, duringStep } } };
};

test('a fault in the middle of a switchover comes once that step is made, before the switchover is done', async () => {
  const rig = conductor(during(1));
  const end = await tried(rig, 'Cluster->Local');
  assert.equal([end.outcome, end.invalid], ['completed', []]);
  assert.equal(
    of(rig, 'disturbance').map(({ kind, at }) => `${kind} ${at}`),
    ['flip begin', 'fault begin', 'fault done', 'flip done', 'fault recover', 'fault recovered'],
  );
  assert.equal(phases(rig).slice(2), ['steady', 'flip', 'fault', 'observe', 'finish', 'recover']);
});

test('a fault in a step that the switchover does not have is refused, before any load', async () => {
  const rig = conductor(during(2));
  const end = await tried(rig, 'Cluster->Local');
  assert.equal(end.invalid, [
    { code: 'refused', text: 'refused: Cluster->Local has 1 step, and the fault is due in step 2' },
  ]);
  assert.equal(phases(rig), ['prepare']);
});

test('the edge is not waited for after the last switchover of a cluster that goes, unless a fault came with it', () => {
  const { trial } = conductor();
  const planned = { ...trial('Cluster->Local'), index: 1 };
  const first = { ...planned, index: 0 };
  const of = (disposable: boolean) => ({
    isLast: ({ index }: typeof planned) => index === 1,
    provider: { cluster: { disposable } },
  });
  const last = (which: typeof planned, faultMark: number | null, disposable = true) =>
    lastOfItsCluster({ run: of(disposable), planned: which, faultMark });
  assert.equal([last(planned, null), last(first, null), last(planned, 3)], [true, false, false]);
  assert.not(last(planned, null, false), 'a cluster that stays is left as it was found');
});

test.run();
