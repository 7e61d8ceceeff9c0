import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { busyMachine } from '../../../src/base/busy-machine.ts';

const pressure = (avg10: string) =>
  `some avg10=${avg10} avg60=3.00 avg300=1.00 total=12692314770\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n`;

test('the pressure that the kernel reports decides, whatever the load of the last minute', () => {
  assert.is(
    busyMachine({ pressure: pressure('93.82'), loadPerProcessor: 0.1 }),
    'this machine was too slow: programs waited for a processor in 94 % of the last 10 s',
  );
  assert.is(busyMachine({ pressure: pressure('59.99'), loadPerProcessor: 9 }), null);
});

test('without it the load of the last minute does', () => {
  assert.is(
    busyMachine({ pressure: null, loadPerProcessor: 4.25 }),
    'this machine was too slow: 4.3 programs for each processor',
  );
  assert.is(busyMachine({ pressure: null, loadPerProcessor: 1.9 }), null);
  assert.is(busyMachine({ pressure: 'something else', loadPerProcessor: 0 }), null);
});

test.run();
