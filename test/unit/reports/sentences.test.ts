import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComparedDisturbance } from '../../../src/analysis/schema.ts';
import { failedFor, flipSentence } from '../../../src/reports/sentences.ts';
import { aDisturbance, aRow, aTrial, compared, failed } from '../../support/report.ts';

const flipped = (before: number, after: number, more: Partial<ComparedDisturbance> = {}) =>
  flipSentence(aRow({ policy: 'Cluster->Local', disturbances: [compared({ kind: 'flip', ...more })] }), [
    aTrial({
      disturbances: [
        aDisturbance({ kind: 'flip', node: null, lostBegunBefore: before, lostBegunAfter: after }),
      ],
    }),
  ]);

test('a flip: what it cut, and what new connections it failed', () => {
  const begin = 'The flip Cluster->Local itself cut';
  assert.is(flipped(0, 0, { outage: null }), `${begin} no established stream.`);
  assert.is(flipped(0, 0), `${begin} no established stream; no new connection failed.`);
  assert.is(
    flipped(1, 0, { outage: failed(6, 10, 7.1) }),
    `${begin} 1 stream; 60 % of new connections failed for 7.1 s.`,
  );
  assert.is(
    flipped(0, 24, { outage: failed(1, 1, 0) }),
    `${begin} no established stream, and 24 started after it were lost; 1 new connection failed.`,
  );
  assert.is(flipSentence(aRow(), []), null, 'no flip, no sentence');
});

test('over repeats the longest outage is named as such; what never recovered is reported', () => {
  const found = compared({ outage: failed(6, 10, 7.1) });
  assert.is(failedFor('request', found, 3), '60 % of new requests failed for up to 7.1 s');
  const gap = { code: 'never-recovered' as const, repeats: 1, atLeastSeconds: 9 };
  assert.is(
    flipped(0, 0, { outage: failed(6, 10, 7.1), failoverGaps: [gap] }),
    'The flip Cluster->Local itself cut no established stream; 60 % of new connections failed for 7.1 s, and had not recovered when probing ended.',
  );
});

test.run();
