import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { blockOf, portBlocks } from '../../../src/plan/ports.ts';
import { basicPlan } from '../../support/plan.ts';

const [streams, probe] = basicPlan.load;
if (streams?.kind !== 'streams' || probe?.kind !== 'probe') throw new Error('the basic plan has both');

test('each lane has a block of its own, all between 10000 and 20000, of an odd number of ports', () => {
  for (const loads of [
    [streams, probe],
    [streams],
    [probe],
    [streams, { ...streams, name: 'more' }, probe, { ...probe, name: 'other' }],
  ]) {
    const blocks = portBlocks(loads);
    const ports = blocks.flatMap(({ first, count }) => Array.from({ length: count }, (_, at) => first + at));
    assert.is(new Set(ports).size, ports.length, 'no port twice');
    assert.ok(ports.every((port) => port >= 10_000 && port < 20_000));
    assert.ok(blocks.every(({ count }) => count % 2 === 1 && count > 1000));
  }
});

test('a block is found by load and lane', () => {
  const blocks = portBlocks([streams, probe]);
  assert.equal(
    blocks.map(({ load, lane }) => [load, lane]),
    [
      ['slow', null],
      ['probe', 'new'],
      ['probe', 'reused'],
    ],
  );
  const { first, count } = blocks[2] ?? { first: 0, count: 0 };
  assert.equal(blockOf([streams, probe], 'probe', 'reused'), { first, count });
  assert.is(blockOf([streams], 'probe', 'new'), null);
});

test.run();
