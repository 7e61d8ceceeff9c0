import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { latenessFold } from '../../../../src/analysis/fold/lateness.ts';

test('how late instruments were, and which failed', () => {
  const folded = latenessFold();
  const late = {
    type: 'lateness',
    t: 1,
    instrument: 'probe',
    windowMs: 1,
    count: 1,
    p99Ms: 1,
    maxMs: 1,
  } as const;
  const failed = {
    type: 'instrument-failed',
    t: 2,
    instrument: 'probe',
    code: 'gave-up',
    reason: 'no port',
  } as const;
  folded.take(late);
  folded.take(failed);
  assert.equal(folded.record, { lateness: [late], instrumentFailures: [failed] });
});

test.run();
