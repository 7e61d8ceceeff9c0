import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { monotonic } from '../../../src/base/clock.ts';
import { requireFiles } from '../../../src/load/recorder/files.ts';
import { warmUp } from '../../../src/load/recorder/warm-up.ts';

test('more streams than a process may have files is reported before the first', () => {
  requireFiles({ load: 'slow', concurrency: 900 }, 1000);
  requireFiles({ load: 'slow', concurrency: 1e6 }, null);
  assert.throws(
    () => requireFiles({ load: 'slow', concurrency: 901 }, 1000),
    /'slow': 901 streams need 1001 open files, and one process may have 1000/,
  );
});

const listening = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;

test('the warm-up of a large ramp ends of itself and leaves no server', async () => {
  const before = listening();
  await warmUp(10_000, monotonic);
  await monotonic.sleep(50);
  assert.is(listening(), before);
});

test('a small ramp needs none', async () => {
  let looked = 0;
  await warmUp(100, { ...monotonic, now: () => (looked += 1) });
  assert.is(looked, 0);
});

test.run();
