import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import type { HistoryEvent } from '../../../src/history/schema.ts';
import type { ConductSession } from '../../../src/run/conduct.ts';
import type { Opened } from '../../../src/run/open.ts';
import { reusedCluster } from '../../../src/run/side-by-side/reused-cluster.ts';
import { spoiledBy } from '../../../src/run/spoiled.ts';
import { runOne } from '../../../src/run/trials.ts';
import { type Conductor, conductor } from '../../support/conductor.ts';
import { powerOff } from '../../support/trial.ts';

/* Real trials, one after the other on one cluster that is used again: a node loses its power in each. */

interface Part {
  readonly events: HistoryEvent[];
  readonly late: string | null;
  readonly spoiled: string | null;
}

/** `before` each trial, by its index; a cluster that is spoiled gets no other. */
async function ran(rig: Conductor, count: number, before: (index: number) => void = () => {}) {
  const seeds: number[] = [];
  const front = {
    beginTrial: (seed: number) => seeds.push(seed),
    sync: async () => true,
    ended: false,
  };
  const opened = { run: rig.run, front } as unknown as Opened;
  let last: Parameters<typeof spoiledBy>[0]['last'] = 'completed';
  const notes: HistoryEvent[] = [];
  const session = {
    ...{ clock: rig.time.clock, signal: rig.abort.signal, status: () => {}, progress: () => {} },
    record: (event: HistoryEvent) => notes.push(event),
  } as unknown as ConductSession;
  let opens = 0;
  const cluster = reusedCluster({
    plan: rig.run.plan,
    session,
    clusterOf(own) {
      rig.on = own.record;
      return {
        async open() {
          opens += 1;
        },
        runAll: async () => ({ outcome: 'completed', reason: null }),
        async run(planned) {
          const { outcome, end } = await runOne(opened, planned);
          last = outcome;
          return end;
        },
        get spoiled() {
          return spoiledBy({ opened: opens > 0, edgeEnded: front.ended, last, state: rig.run.state });
        },
        close: async () => {},
        cleanUp: async () => {},
      };
    },
  });
  const parts: Part[] = [];
  for (let index = 0; index < count; index += 1) {
    if (index > 0 && cluster.spoiled !== null) break;
    before(index);
    const events: HistoryEvent[] = [];
    const part = {
      take: (event: HistoryEvent) => void events.push(event),
      inFront: () => {},
      close: () => events,
    };
    const planned = { ...rig.trial('Cluster'), index, seed: 70 + index };
    const { late } = await rig.time.until(cluster.run({ planned, part, isLast: () => false }));
    parts.push({ events, late, spoiled: cluster.spoiled?.text ?? null });
  }
  return { parts, seeds, opens, notes };
}

const phases = ({ events }: Part) => events.flatMap((event) => (event.type === 'phase' ? [event.phase] : []));
const endOf = ({ events }: Part) => {
  const last = events.at(-1);
  return last?.type === 'trial-end' ? [last.outcome, last.invalid.map(({ code }) => code)] : null;
};

test('each trial goes all the way: settled, steady before the fault, and undone; the edge draws by its own seed', async () => {
  const { parts, seeds, opens } = await ran(conductor(powerOff), 3);
  assert.is(parts.length, 3);
  for (const part of parts) {
    assert.equal(phases(part), ['prepare', 'ramp', 'steady', 'fault', 'observe', 'finish', 'recover']);
    assert.equal(endOf(part), ['completed', []]);
    assert.equal([part.late, part.spoiled], [null, null]);
  }
  assert.equal(seeds, [70, 71, 72]);
  assert.is(opens, 1);
});

test('the next trial begins with its node green and ready again, and its own records say so', async () => {
  const { parts } = await ran(conductor(powerOff), 2);
  const second = parts[1]?.events ?? [];
  const begins = second.findIndex(({ type }) => type === 'trial-start');
  const known = second.slice(0, begins);
  const bare = known.filter((event) => 'node' in event && event.node === 'bare');
  assert.equal(
    bare.map((event) =>
      event.type === 'health' ? event.healthy : event.type === 'node' ? event.ready : null,
    ),
    [true, 'True'],
  );
  const start = second[begins]?.t ?? 0;
  assert.ok(known.length > 0 && known.every(({ t }) => t <= start));
});

test('a cluster whose node does not come back gets no other trial', async () => {
  const rig = conductor(powerOff);
  const { unwind } = rig.world;
  const { parts } = await ran(rig, 3, (index) => {
    rig.world.unwind =
      index === 1
        ? async () => [{ kind: 'power', what: 'power of bare', result: 'failed', detail: 'no answer' }]
        : unwind;
  });
  assert.equal(parts.map(endOf), [
    ['completed', []],
    ['aborted', ['not-restored']],
  ]);
  assert.is(parts[1]?.late, 'the cluster could not be restored after a trial');
  assert.is(parts[1]?.spoiled, 'the last trial on it did not come to its end');
});

test('a cluster is not reused if there was no steady state on it, or if a part of ours failed', async () => {
  const unsteady = conductor(powerOff);
  const first = await ran(unsteady, 2, () => {
    unsteady.world.probe = () => 'refused';
  });
  assert.equal(first.parts.map(endOf), [['failed', ['no-steady-state']]]);
  const failing = conductor(powerOff);
  const second = await ran(failing, 3, (index) => {
    if (index !== 1) return;
    const { on } = failing;
    failing.on = (event) => {
      on(event);
      if (event.type !== 'phase' || event.phase !== 'finish') return;
      const t = failing.time.clock.now();
      const why = { code: 'did-not-answer', reason: 'did not answer for 2.0 s' } as const;
      failing.run.record({ type: 'instrument-failed', t, instrument: 'probe', ...why });
    };
  });
  assert.is(second.parts.length, 2);
  assert.is(second.parts[1]?.spoiled, 'probe: did not answer for 2.0 s');
});

test('a trial that is to begin when the user has ended the run does not', async () => {
  const rig = conductor(powerOff);
  const { parts } = await ran(rig, 2, (index) => {
    if (index === 1) rig.abort.abort(new MidflightError('interrupted', 'Ctrl-C'));
  });
  assert.equal(parts[1]?.events, []);
});

test.run();
