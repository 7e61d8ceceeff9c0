import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { packageRoot } from '../../../src/base/package.ts';
import { nsPerMs } from '../../../src/base/units.ts';
import { makePlan } from '../../../src/plan/make.ts';
import type { Plan } from '../../../src/plan/schema.ts';
import { mostAtOnce, onTime } from '../../../src/run/side-by-side/room.ts';
import { loadScenario } from '../../../src/scenario/load.ts';

const two = { cores: 2, freeBytes: 16e9 };
const shipped = (more: Partial<Plan> = {}): Plan => ({
  ...makePlan(loadScenario(join(packageRoot(), 'experiments', 'preemption.yaml')), {
    cluster: 'embedded',
    repeats: 20,
  }),
  ...more,
});
const load = (change: (one: Plan['load'][number]) => Plan['load'][number]) => ({
  load: shipped().load.map(change),
});

test('three for two cores, if there is memory for them and as many trials', () => {
  assert.is(mostAtOnce(shipped(), two), 3);
  assert.is(mostAtOnce(shipped(), { cores: 8, freeBytes: 64e9 }), 12);
  assert.is(mostAtOnce(shipped(), { ...two, freeBytes: 2.5e9 }), 2);
  assert.is(mostAtOnce(shipped(), { ...two, freeBytes: 0.1e9 }), 1);
  assert.is(mostAtOnce(shipped({ trials: shipped().trials.slice(0, 2) }), two), 2);
});

test('one after the other: on clusters that are not ours to make, and what is heavy', () => {
  for (const plan of [
    shipped({ provider: 'kind' }),
    shipped(load((one) => (one.kind === 'streams' ? { ...one, concurrency: 301 } : one))),
    shipped(load((one) => (one.kind === 'probe' ? { ...one, rate: 11 } : one))), // 11 x 2 lanes x 10
    shipped({ nodes: Array.from({ length: 13 }, () => shipped().nodes[0] as Plan['nodes'][number]) }),
    shipped(
      load(() => ({
        kind: 'autocannon',
        name: 'a',
        connections: 1,
        rate: 1,
        timeoutMs: 1000,
        expectStatus: 200,
      })),
    ),
  ])
    assert.is(mostAtOnce(plan, two), 1);
});

/** A machine on which the n-th sleep takes so much longer than it should. */
function clockLateBy(msOf: (turn: number) => number) {
  let now = 0;
  let turn = 0;
  return {
    now: () => now,
    sleep: async (ms: number) => {
      now += (ms + msOf(turn++)) * nsPerMs;
    },
  };
}

test('a machine that is on time for a while has room; one that is late once has none', async () => {
  assert.is(await onTime(clockLateBy(() => 1)), true);
  assert.is(await onTime(clockLateBy((turn) => (turn === 7 ? 16 : 0))), false);
});

test('it is looked at for long enough to see it', async () => {
  const clock = clockLateBy(() => 0);
  await onTime(clock);
  assert.ok(clock.now() >= 200 * nsPerMs);
});

test.run();
