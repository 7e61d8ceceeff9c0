import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { places } from '../../../../src/load/recorder/places.ts';

test('each start takes the place that has been free for longest', () => {
  const three = places(3);
  assert.equal([three.take(), three.take(), three.take()], [0, 1, 2]);
  three.free(1);
  three.free(0);
  assert.equal([three.take(), three.take()], [1, 0]);
  for (let turn = 0; turn < 10; turn += 1) {
    three.free(2);
    assert.is(three.take(), 2);
  }
});

test('however often one place is begun, it is one place', () => {
  const four = places(4);
  assert.equal([0, 0, 0, 0].map(four.markStarted), [true, false, false, false]);
  assert.ok(four.markStarted(3));
});

test.run();
