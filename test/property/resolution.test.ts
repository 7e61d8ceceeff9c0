import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unseenIntervals } from '../../src/analysis/clocks/resolution.ts';
import { seededRandom } from '../../src/base/random.ts';

/*
 * The stated resolution of a failover, against outages whose end is known: a share s of connections fails for `length`
 * probes, and the outage goes on unseen from its last failed probe to that end.
 */

const every = 1e8;
const runs = 600;

/** How often the truth lies within the resolution, of the runs in which one is stated; and how often none is. */
function coverage(share: number, length: number, expected: number | null) {
  const random = seededRandom(17);
  let inside = 0;
  let stated = 0;
  for (let run = 0; run < runs; run += 1) {
    const fails = Array.from({ length }, () => random() < share);
    const bad = fails.flatMap((failed, index) => (failed ? [index * every] : []));
    const good = fails.flatMap((failed, index) => (failed ? [] : [index * every]));
    const intervals = unseenIntervals({ good, bad, interval: every }, bad, expected);
    // Nothing failed and nothing was expected to: there is no outage to be seen.
    if (intervals === null || (bad.length === 0 && expected === null)) continue;
    stated += 1;
    const last = (bad.at(-1) ?? -every) / every;
    if (length - 1 - last <= intervals) inside += 1;
  }
  return { inside: inside / stated, stated: stated / runs };
}

const shares = [0.03, 1 / 16, 0.1, 0.2, 0.4, 0.7, 0.9, 1];
const lengths = [5, 20, 60, 300];
/** 600 runs at 95 % have a standard error of 0.9 %. */
const atLeast = 0.93;

for (const share of shares) {
  test(`share ${share.toFixed(2)}: the truth is inside in 95 % of the runs, however long the outage was`, () => {
    for (const length of lengths) {
      const known = coverage(share, length, share);
      assert.ok(known.inside >= atLeast, `expected share known, ${length} probes: ${known.inside}`);
      assert.is(known.stated, 1, 'a known share always gives a resolution');
      const alone = coverage(share, length, null);
      if (alone.stated > 0.05)
        assert.ok(alone.inside >= atLeast, `from the probes alone, ${length} probes: ${alone.inside}`);
    }
  });
}

test('an expected share that is wrong by half is outvoted by the probes', () => {
  for (const share of [0.1, 0.2, 0.4]) {
    assert.ok(coverage(share, 400, share / 2).inside >= atLeast);
    assert.ok(coverage(share, 400, Math.min(1, share * 2)).inside >= atLeast);
  }
});

test('with many failures it is the plain formula: interval x ln 0.05 / ln(1 - s), rounded up', () => {
  const lane = (share: number) => {
    const bad = Array.from({ length: 400 }, (_, index) => Math.round(index / share) * every);
    const good = Array.from({ length: 400 / share }, (_, index) => index * every).filter(
      (due) => !bad.includes(due),
    );
    return unseenIntervals({ good, bad, interval: every }, bad, null);
  };
  for (const share of [0.2, 0.25, 0.5]) {
    const plain = Math.ceil(Math.log(0.05) / Math.log(1 - share));
    assert.ok(Math.abs((lane(share) ?? 0) - plain) <= 1, `${share}: ${lane(share)}, ${plain}`);
  }
  assert.is(lane(1), 1, 'a total outage: one interval');
});

test('one failure that nothing predicted has no resolution', () => {
  assert.is(unseenIntervals({ good: [0, 2e8], bad: [1e8], interval: every }, [1e8], null), null);
});

test('the end of an outage counts more than its beginning', () => {
  // 40 % fail for 100 probes, 10 % for 100 more.
  const bad = Array.from({ length: 200 }, (_, index) => index).filter((index) =>
    index < 100 ? index % 5 < 2 : index % 10 === 0,
  );
  const good = Array.from({ length: 200 }, (_, index) => index).filter((index) => !bad.includes(index));
  const found = unseenIntervals({ good, bad, interval: 1 }, bad, null) ?? 0;
  assert.ok(found >= 28, `${found}: at 10 % it takes 28`);
});

test.run();
