import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedOf } from '../../../src/base/random.ts';
import { createDraws, drawn } from '../../../src/edge/draws.ts';
import { chooseTargets } from '../../../src/plan/target.ts';

const lanes = [
  { name: 'streams', first: 10_000, count: 101 },
  { name: 'probe new', first: 10_101, count: 101 },
];
const nodes = ['stable-0', 'stable-1', 'preemptible-0', 'preemptible-1', 'preemptible-2'];
const self = (name: string) => name;

/** The draws of these ports in this order, by port. */
function drawsOf(seed: number, ports: readonly number[]): Map<number, number> {
  const draws = createDraws(lanes, 0);
  draws.begin(seed);
  return new Map(ports.map((port) => [port, draws.draw(port)]));
}

test('the k-th connection of a lane has the same luck whatever the order of arrival', () => {
  const ports = Array.from({ length: 60 }, (_, k) => [10_000 + k, 10_101 + k]).flat();
  const late = [...ports.slice(20), ...ports.slice(0, 20)].reverse();
  assert.equal(
    [...drawsOf(7, late)].sort(([a], [b]) => a - b),
    [...drawsOf(7, ports)].sort(([a], [b]) => a - b),
  );
});

test('another seed, lane or number is another luck', () => {
  const all = [...drawsOf(7, [10_000, 10_001, 10_101]).values(), ...drawsOf(8, [10_000]).values()];
  assert.is(new Set(all).size, 4);
});

test('ports that are reused continue their count, even if two of them swap', () => {
  const draws = createDraws(lanes, 0);
  const straight = createDraws([{ name: 'streams', first: 10_000, count: 1000 }], 0);
  for (const each of [draws, straight]) each.begin(3);
  const order = Array.from({ length: 500 }, (_, k) => k);
  for (let at = 0; at + 1 < order.length; at += 7) order.splice(at, 2, at + 1, at);
  for (const k of order) assert.is(draws.draw(10_000 + (k % 101)), straight.draw(10_000 + k), `number ${k}`);
});

test('a trial that begins counts anew, and from elsewhere it goes by arrival', () => {
  const draws = createDraws(lanes, 5);
  const round = () => {
    draws.begin(9);
    return [draws.draw(10_000), draws.draw(40_000), draws.draw(undefined), draws.draw(50_000)];
  };
  const first = round();
  assert.equal(round(), first);
  assert.is(new Set(first).size, 4);
});

test('a draw goes to the same one whoever else may be chosen, and in whatever order they are listed', () => {
  for (let draw = 0; draw < 300; draw += 1) {
    const all = drawn(draw, nodes, self);
    assert.is(drawn(draw, [...nodes].reverse(), self), all);
    for (const gone of nodes) {
      const left = nodes.filter((name) => name !== gone);
      if (gone !== all) assert.is(drawn(draw, left, self), all);
    }
  }
  assert.is(drawn(1, [], self), undefined);
});

test('each node gets its share: 5 sigma for nodes whose names differ by a digit', () => {
  for (const lane of [10_000, 10_101]) {
    for (const seed of [1, 2, 3, 12_345]) {
      const draws = createDraws([{ name: 'x', first: lane, count: 5000 }], seed);
      const counts = new Map(nodes.map((name) => [name, 0]));
      for (let k = 0; k < 5000; k += 1) {
        const name = drawn(draws.draw(lane + k), nodes, self) ?? '';
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      // 1000 expected, sigma 28.3
      for (const [name, count] of counts) assert.ok(Math.abs(count - 1000) < 142, `${name}: ${count}`);
    }
  }
});

test('what seeds 1 to 200 lose is spread as chance spreads it', () => {
  const preemptible = nodes.filter((name) => name.startsWith('preemptible'));
  const counts = Array.from({ length: 200 }, (_, index) => {
    const draws = createDraws([{ name: 'slow streams', first: 10_000, count: 101 }], 0);
    draws.begin(seedOf(index + 1, 'trial', 0));
    const [target = ''] = chooseTargets(index + 1, 0, preemptible);
    const streams = Array.from({ length: 60 }, (_, k) => drawn(draws.draw(10_000 + k), nodes, self));
    return streams.filter((name) => name === target).length;
  });
  const mean = counts.reduce((sum, one) => sum + one, 0) / counts.length;
  const variance = counts.reduce((sum, one) => sum + (one - mean) ** 2, 0) / counts.length;
  // 60 draws of 1 in 5 give 12, with a variance of 9.6; over 200 seeds these have deviations of 0.22 and 0.96.
  assert.ok(Math.abs(mean - 12) < 0.7, `mean ${mean}`);
  assert.ok(Math.abs(variance - 9.6) < 2.5, `variance ${variance}`);
});

test.run();
