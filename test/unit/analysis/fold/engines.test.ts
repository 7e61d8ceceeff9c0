import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { engines } from '../../../../src/analysis/fold/engines.ts';

test('requests by load and outcome, with what the engine itself complained of', () => {
  const folded = engines();
  folded.ended('many', 'autocannon', 'completed');
  folded.ended('many', 'autocannon', 'completed');
  folded.ended('many', 'autocannon', 'unclear');
  folded.summary({
    type: 'engine-summary',
    t: 1,
    load: 'few',
    engine: 'k6',
    version: '1',
    figures: {},
    problems: ['its sums differ'],
  });
  const many = folded.record.get('many');
  assert.equal([many?.engine, many?.started], ['autocannon', 3]);
  assert.equal(
    [...(many?.byOutcome ?? [])],
    [
      ['completed', 2],
      ['unclear', 1],
    ],
  );
  assert.equal(
    [folded.record.get('few')?.started, folded.record.get('few')?.problems],
    [0, ['its sums differ']],
  );
});

test.run();
