import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import type { RoleHandle } from '../../../src/base/role.ts';
import { bareEnd } from '../../../src/history/bare-end.ts';
import type { EventOf, HistoryEvent, Outcome } from '../../../src/history/schema.ts';
import type { LoadCommand } from '../../../src/load/protocol.ts';
import { watchPlan } from '../../../src/plan/watch.ts';
import { runState } from '../../../src/run/state.ts';
import type { During } from '../../../src/run/user-command.ts';
import { failures } from '../../../src/run/watch/failures.ts';
import { idPrefixes } from '../../../src/run/watch/instruments.ts';
import { orderlyCuts } from '../../../src/run/watch/orderly-cut.ts';
import { watchTrial } from '../../../src/run/watch/trial.ts';
import type { WatchRunOptions } from '../../../src/run/watch/watch.ts';
import { noProgress } from '../../support/conductor.ts';
import { virtualTime } from '../../support/virtual-time.ts';

const test = suite('the one trial of a watch, in virtual time');

const plan = watchPlan({
  ...{ name: 'w', description: 'a watch', streams: 3, rate: 4, lanes: ['new'], durationMs: 10_000 },
  ...{ stallMs: 5000, connectTimeoutMs: 1000, probeTimeoutMs: 1000, stabilityMs: 2000, expectStatus: 200 },
  ...{ maxFailed: null, maxLost: null, maxFailoverMs: null },
});

interface World {
  readonly during?: During;
  /** How a probe that is due now ends. */
  readonly probe?: (ms: number) => Outcome;
  /** How many of the three streams get a first byte. */
  readonly withFirstByte?: number;
  /** Streams end only when they are cut off. */
  readonly endless?: boolean;
}

/** A watch of a URL that exists only as its events: three streams, and four probes a second. */
function watched({ during, probe = () => 'completed', withFirstByte = 3, endless = false }: World) {
  const time = virtualTime();
  const state = runState(undefined, time.timers);
  const abort = new AbortController();
  const events: HistoryEvent[] = [];
  const told: string[] = [];
  const rig = { on: (_event: HistoryEvent): void => {} };
  const failed = failures();
  const record = (event: HistoryEvent) => {
    events.push(event);
    state.observe(event);
    failed.observe(event);
    rig.on(event);
  };
  let sent = 0;
  let stopProbing = () => {};
  const idle = (load: string) => state.message(load, { type: 'idle', t: time.clock.now(), load });
  const send = () => {
    sent += 1;
    const [t, id] = [time.clock.now(), `${idPrefixes.probe}${sent}`];
    record({ type: 'start', t, trial: 0, id, load: 'probe', kind: 'probe', lane: 'new', dueAt: t });
    record(bareEnd({ t, trial: 0, id, outcome: probe(time.nowMs()) }));
  };
  const does: Record<string, Record<string, () => void>> = {
    streams: {
      begin: () =>
        state.message('streams', {
          ...noProgress,
          load: 'streams',
          started: 3,
          inFlight: 3,
          placesBegun: withFirstByte,
        }),
      quiesce: () => {
        if (!endless) time.timers.after(4000, () => idle('streams'));
      },
      cancel: () => idle('streams'),
    },
    probe: {
      begin: () => {
        stopProbing = time.timers.every(250, send);
      },
      quiesce: () => {
        stopProbing();
        idle('probe');
      },
      cancel: () => {
        stopProbing();
        idle('probe');
      },
    },
  };
  const handle = (name: string) =>
    ({
      send({ type }) {
        told.push(`${name} ${type}`);
        does[name]?.[type]?.();
      },
    }) as RoleHandle<LoadCommand>;
  const options = {
    ...{ plan, durationMs: 10_000, followMs: 6000, http: '1.1', signal: abort.signal },
    ...(during === undefined ? { command: [], shownCommand: [] } : { command: ['flip'], during }),
    ...{ shownCommand: ['flip'], target: { hostname: 'web', host: '127.0.0.1', port: 1, tls: false } },
  } as unknown as WatchRunOptions;
  const work = watchTrial({
    ...{ options, record, state, clock: time.clock, failures: failed, signal: abort.signal },
    cuts: orderlyCuts(() => false),
    streams: handle('streams'),
    probe: handle('probe'),
  });
  work.catch(() => {}); // it is awaited below
  const of = <T extends HistoryEvent['type']>(type: T) =>
    events.filter((event): event is EventOf<T> => event.type === type);
  const answered = (load: string, ms: number) => state.message(load, { type: 'answered', ms });
  return Object.assign(rig, { time, abort, told, of, record, answered, ended: () => time.until(work) });
}

const phases = ({ of }: ReturnType<typeof watched>) => of('phase').map(({ phase }) => phase);
const interrupted = new MidflightError('interrupted', 'interrupted by SIGINT');

test('it goes from the ramp to the last stream, with the command once all is well', async () => {
  const at: number[] = [];
  const rig = watched({ during: async () => void at.push(rig.time.nowMs()) });
  assert.is(await rig.ended(), null);
  assert.equal(phases(rig), ['ramp', 'steady', 'observe', 'finish']);
  assert.equal(rig.of('trial-start').length, 1);
  assert.equal(
    rig.of('disturbance').map(({ kind, at: moment }) => `${kind} ${moment}`),
    ['command begin', 'command done'],
  );
  assert.ok((at[0] ?? 0) >= 2000, 'two seconds without a failed probe come first');
  assert.equal(rig.told, ['streams begin', 'probe begin', 'streams quiesce', 'probe quiesce']);
  const [end] = rig.of('trial-end');
  assert.equal([end?.outcome, end?.invalid], ['completed', []]);
});

test('if all is not well, the command is not run', async () => {
  const rig = watched({ during: async () => assert.unreachable('it was run'), probe: () => 'refused' });
  const reason = await rig.ended();
  assert.is(reason?.code, 'not-well-before');
  assert.match(reason?.text ?? '', 'the command was not run');
  assert.equal(phases(rig), ['ramp', 'steady', 'finish']);
  assert.equal(rig.of('disturbance'), []);
  assert.is(rig.of('trial-end')[0]?.outcome, 'completed');
});

test('streams without a first byte: the command is not run, and the time that they had is reported in seconds', async () => {
  const rig = watched({ during: async () => assert.unreachable('it was run'), withFirstByte: 2 });
  const reason = await rig.ended();
  assert.is(reason?.code, 'not-well-before');
  assert.match(reason?.text ?? '', /^not all of the 3 streams had a first answer within 6.15 s/);
});

test('a watch without a command goes on all the same, and reports that', async () => {
  const rig = watched({ probe: () => 'refused' });
  assert.is(await rig.ended(), null);
  assert.equal(phases(rig), ['ramp', 'steady', 'observe', 'finish']);
  assert.ok(rig.of('note').some(({ code }) => code === 'not-well-before'));
});

test('a command that fails is the reason, and the rest is measured', async () => {
  const rig = watched({ during: () => Promise.reject(new Error('no such Service')) });
  assert.equal(await rig.ended(), {
    code: 'command-failed',
    text: 'flip was stopped: no such Service',
  });
  assert.equal(phases(rig).at(-1), 'finish');
});

test('interrupted, it cuts its requests off, ends its trial and throws why', async () => {
  const rig = watched({});
  rig.on = (event) => {
    if (event.type === 'phase' && event.phase === 'observe') rig.abort.abort(interrupted);
  };
  try {
    await rig.ended();
    assert.unreachable('it was not interrupted');
  } catch (error) {
    assert.is(error, interrupted);
  }
  assert.equal(rig.told.slice(-2), ['streams cancel', 'probe cancel']);
  const [end] = rig.of('trial-end');
  assert.equal([end?.outcome, end?.invalid], ['interrupted', []]);
});

test('streams that outlast the time they are followed are cut off, and that is reported', async () => {
  const rig = watched({ endless: true });
  assert.is(await rig.ended(), null);
  assert.ok(rig.told.includes('streams cancel'));
  assert.is(rig.of('trial-end')[0]?.outcome, 'completed');
});

test('an instrument that failed ends no watch, and makes its trial invalid', async () => {
  const rig = watched({});
  rig.on = (event) => {
    if (event.type !== 'phase' || event.phase !== 'observe') return;
    const failed = { instrument: 'probe', code: 'reported-failure', reason: 'no socket' } as const;
    rig.record({ type: 'instrument-failed', t: rig.time.clock.now(), ...failed });
  };
  assert.is(await rig.ended(), null);
  assert.equal(phases(rig), ['ramp', 'steady', 'observe', 'finish']);
  const [end] = rig.of('trial-end');
  assert.equal(end?.invalid, [{ code: 'instrument-failed', text: 'probe: no socket' }]);
});

test('nobody waits for streams, or for good probes, of a process that is gone', async () => {
  let gone = false;
  const rig = watched({ endless: true, probe: () => (gone ? 'reset-before-response' : 'completed') });
  rig.on = (event) => {
    if (event.type !== 'phase' || event.phase !== 'observe') return;
    gone = true;
    for (const instrument of ['streams', 'probe'])
      rig.record({
        ...{ type: 'instrument-failed', t: rig.time.clock.now(), instrument },
        ...{ code: 'ended-unexpectedly', reason: 'SIGKILL' },
      });
  };
  assert.is(await rig.ended(), null);
  const finish = rig.of('phase').find(({ phase }) => phase === 'finish')?.t ?? 0;
  assert.is(rig.of('trial-end')[0]?.t, finish);
});

test('if several of our processes were late as well, the machine is named as the cause', async () => {
  const rig = watched({});
  rig.on = (event) => {
    if (event.type !== 'phase' || event.phase !== 'observe') return;
    for (const load of ['streams', 'probe']) rig.answered(load, 900);
    const failed = { instrument: 'probe', code: 'reported-failure', reason: 'no socket' } as const;
    rig.record({ type: 'instrument-failed', t: rig.time.clock.now(), ...failed });
  };
  await rig.ended();
  assert.equal(
    rig.of('trial-end')[0]?.invalid.map(({ code }) => code),
    ['machine-too-slow', 'instrument-failed'],
  );
});

test.run();
