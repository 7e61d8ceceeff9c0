import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { noClocks } from '../../../../src/analysis/clocks/read.ts';
import { clockMarks, placeMarks } from '../../../../src/reports/html/marks.ts';
import { aDisturbance } from '../../../support/report.ts';

test('clocks are drawn at the instant they ticked, counted from the disturbance; those that did not tick are not drawn', () => {
  const clocksSeconds = { ...noClocks(), edgeEjected: 22.5, failover: 20.5, disruption: 5.5 };
  assert.equal(clockMarks([aDisturbance({ at: 60, clocksSeconds })]), [
    { at: 82.5, kind: 'clock', label: 'ejected by the edge +22.5 s' },
    { at: 80.5, kind: 'clock', label: 'failover +20.5 s' },
  ]);
  assert.equal(clockMarks([aDisturbance({ clocksSeconds: { ...noClocks(), failover: 0 } })]), []);
});

test('clocks of two disturbances say whose they are', () => {
  const clocksSeconds = { ...noClocks(), failover: 7 };
  const labels = clockMarks([aDisturbance({ kind: 'flip', clocksSeconds }), aDisturbance({ clocksSeconds })]);
  assert.equal(
    labels.map(({ label }) => label),
    ['flip: failover +7.0 s', 'fault: failover +7.0 s'],
  );
});

test('labels far apart share a row, near ones do not', () => {
  const mark = (at: number) => ({ at, kind: 'fault', label: 'power-off' }) as const;
  assert.equal(
    placeMarks([mark(10), mark(60)], 100, 800).map(({ row }) => row),
    [0, 0],
  );
  assert.equal(
    placeMarks([mark(10), mark(12)], 100, 800).map(({ row }) => row),
    [0, 1],
  );
});

test('a label that would leave the chart stands to the left of its line', () => {
  const [mark] = placeMarks([{ at: 95, kind: 'recover', label: 'preemptible-2 is brought back' }], 100, 800);
  assert.is(mark?.toLeft, true);
});

test('no two labels of one row cover each other', () => {
  const mark = fc.record({
    at: fc.double({ min: 0, max: 100, noNaN: true }),
    kind: fc.constant('clock' as const),
    label: fc.string({ minLength: 1, maxLength: 30 }),
  });
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 8 }), (marks) => {
      const spans = placeMarks(marks, 100, 800).map(({ at, label, row, toLeft }) => {
        const length = label.length * 6.8;
        return { row, from: toLeft ? at * 8 - length : at * 8, to: toLeft ? at * 8 : at * 8 + length };
      });
      for (const [index, one] of spans.entries()) {
        for (const other of spans.slice(index + 1)) {
          assert.ok(one.row !== other.row || one.to <= other.from || other.to <= one.from);
        }
      }
    }),
  );
});

test.run();
