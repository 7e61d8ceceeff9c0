import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { repeatsToTell, withinChance } from '../../../src/reports/chance.ts';
import { aRow } from '../../support/report.ts';

test('the report judges; in whichever row it stands', () => {
  const one = aRow({ policy: 'Cluster' });
  const other = aRow({ policy: 'Local', differences: [{ policy: 'Cluster', withinChance: true }] });
  assert.is(withinChance(one, other), true);
  assert.is(withinChance(other, one), true);
  assert.is(withinChance(one, aRow({ policy: 'x' })), null);
});

test('repeats that would tell two policies apart, if their shares stayed as they are', () => {
  const row = (lost: number, started: number, repeats = 1) => aRow({ lost, started, repeats });
  // Newcombe's own example of method 10 (1998, table II, a): 56 of 70 and 48 of 80 differ: 0.0524 to 0.3339.
  assert.is(repeatsToTell(row(56, 70), row(48, 80)), 2, 'one more than there is, at least');
  assert.is(repeatsToTell(row(3, 60), row(3, 60)), null, 'the same share: no number would');
  const few = repeatsToTell(row(12, 60), row(9, 60)) ?? 0;
  const fewer = repeatsToTell(row(12, 60), row(6, 60)) ?? 0;
  assert.ok(few > fewer && fewer >= 2, `${few} ${fewer}`);
  assert.is(repeatsToTell(row(24, 120, 2), row(18, 120, 2)), few, 'counted in repeats, not in streams');
  assert.is(repeatsToTell(aRow({ unknownRepeats: 1 }), row(1, 60)), null);
});

test.run();
