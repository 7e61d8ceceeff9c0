import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireFiles } from '../../../bench/support/limits.ts';
import { measuredOutage } from '../../../bench/support/measured-outage.ts';
import { at, ratio } from '../../../bench/support/stats.ts';
import { usageOf } from '../../../bench/support/usage.ts';
import { wrkSums } from '../../../bench/tools/wrk.ts';
import { openFilesLimit } from '../../../src/base/open-files.ts';

const ms = 1e6;
/** A probe each 10 ms from 0 to 3 s, those due in [from, to) failing. */
const probes = (from: number, to: number) =>
  Array.from({ length: 300 }, (_, index) => index * 10).map((due) => ({
    dueAt: due * ms,
    ok: due < from || due >= to,
  }));

test('an outage lasts from the first failed probe to the first good one after the last', () => {
  const truth = { from: 1000 * ms, to: 1500 * ms };
  assert.is(measuredOutage(probes(1000, 1500), truth, 500 * ms), 500);
  assert.is(measuredOutage(probes(1010, 1490), truth, 500 * ms), 480);
});

test('an outage that no probe met, or that none saw the end of, is not measured', () => {
  const truth = { from: 1000 * ms, to: 1003 * ms };
  assert.is(measuredOutage(probes(9000, 9000), truth, 500 * ms), null);
  assert.is(measuredOutage(probes(1000, 9000), truth, 500 * ms), null);
});

test('failures of another outage do not count, nor does the order of the answers', () => {
  const two = [...probes(1000, 1100)].map((one) =>
    one.dueAt >= 2500 * ms && one.dueAt < 2600 * ms ? { ...one, ok: false } : one,
  );
  assert.is(measuredOutage(two.reverse(), { from: 1000 * ms, to: 1100 * ms }, 500 * ms), 100);
});

test('CPU time is user and system, whatever the name of the program', () => {
  const stat = '42 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1 0 100';
  const usage = usageOf(stat, 'Name:\tx\nVmHWM:\t  204800 kB\n');
  assert.equal(usage, { cpuSeconds: 3, peakMb: 200 });
});

test("wrk's sums: read errors and time-outs are streams that were lost", () => {
  const text = `Running 13s test @ http://127.0.0.1:1/
  12 requests in 13.00s, 1.00MB read
  Socket errors: connect 7, read 88, write 3, timeout 2`;
  assert.equal(wrkSums(text), { good: 12, lost: 90 });
  assert.equal(wrkSums('  5 requests in 1.00s, 1.00MB read'), { good: 5, lost: 0 });
});

test('quantiles and ratios of nothing are nothing', () => {
  assert.is(at(0.99, []), null);
  assert.is(at(0.5, [3, 1, 2]), 2);
  assert.is(ratio(null, 4), null);
  assert.is(ratio(1, undefined), null);
  assert.is(ratio(1, 0), null);
  assert.is(ratio(1, 4), 0.25);
});

test('too few open files are reported before anything is measured', () => {
  requireFiles(900, 1000);
  assert.throws(() => requireFiles(901, 1000), /1001 open files, and 1000 are allowed/);
});

test('the limit of open files, as the kernel writes it', () => {
  assert.is(
    openFilesLimit('Max open files            20000                524288               files'),
    20000,
  );
  assert.is(
    openFilesLimit('Max open files            unlimited            unlimited   files'),
    Number.POSITIVE_INFINITY,
  );
  assert.is(openFilesLimit(''), null);
});

test.run();
