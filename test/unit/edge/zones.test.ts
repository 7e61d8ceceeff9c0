import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Target } from '../../../src/edge/targets.ts';
import { createZones } from '../../../src/edge/zones.ts';

const target = (name: string, zone?: string): Target => ({
  name,
  address: '',
  portOffset: 0,
  hello: false,
  ...(zone === undefined ? {} : { zone }),
});
const targets = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((name) => target(name, name[0]));
const draws = Array.from({ length: 3000 }, (_, index) => (index * 2_654_435_761) % 2 ** 32);

/** A minute of DNS, a clock to set, and nodes to end. */
function zonesOf(crossZone: boolean) {
  const clock = { now: 0 };
  const dead = new Set<string>();
  const isHealthy = (name: string) => !dead.has(name);
  const zones = createZones({ crossZone, delayNs: 60, isHealthy, now: () => clock.now });
  zones.look(targets);
  return {
    clock,
    end(...names: string[]) {
      for (const name of names) dead.add(name);
      zones.look(targets);
    },
    back(name: string) {
      dead.delete(name);
      zones.look(targets);
    },
    near: (among = targets) => draws.map((draw) => zones.near(among, draw)),
    used: () =>
      [...new Set(draws.flatMap((draw) => zones.near(targets, draw)[0]?.zone ?? '-'))].sort().join(''),
  };
}

test('across zones every connection may go to every target', () => {
  for (const near of zonesOf(true).near()) assert.is(near.length, targets.length);
});

test('a connection stays in its zone, and each zone gets an equal share whatever it has of nodes', () => {
  const near = zonesOf(false).near();
  for (const found of near) assert.is(new Set(found.map(({ zone }) => zone)).size, 1);
  for (const [zone, nodes] of [
    ['a', 3],
    ['b', 2],
    ['c', 1],
  ] as const) {
    const through = near.filter(([first]) => first?.zone === zone);
    assert.ok(Math.abs(through.length / draws.length - 1 / 3) < 0.03, `${through.length} in ${zone}`);
    assert.is(through[0]?.length, nodes);
  }
});

test('a zone without a healthy target keeps its clients until the DNS entry has run out, and has them again once it is well', () => {
  const zones = zonesOf(false);
  zones.end('b1');
  assert.is(zones.used(), 'abc', 'one of its two is left');
  zones.clock.now = 100;
  zones.end('b2');
  zones.clock.now = 159;
  assert.is(zones.used(), 'abc');
  zones.clock.now = 160;
  assert.is(zones.used(), 'ac');
  zones.back('b1');
  assert.is(zones.used(), 'abc');
});

test('with no healthy target anywhere every zone keeps its address', () => {
  const zones = zonesOf(false);
  zones.end(...targets.map(({ name }) => name));
  zones.clock.now = 1000;
  assert.is(zones.used(), 'abc');
});

test('whose zone stays usable is not moved when another goes', () => {
  const zones = zonesOf(false);
  const before = zones.near();
  zones.end('c1');
  zones.clock.now = 1000;
  const after = zones.near();
  for (const [index, [first]] of before.entries())
    if (first?.zone !== 'c') assert.is(after[index]?.[0]?.zone, first?.zone);
});

test('targets without a zone: all alike if none has one, else they get nothing', () => {
  const zones = zonesOf(false);
  const bare = [target('x'), target('y')];
  for (const near of zones.near(bare)) assert.is(near.length, 2);
  for (const near of zones.near([...targets, target('x')]))
    assert.not.ok(near.some(({ name }) => name === 'x'));
});

test.run();
