import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EventOf, Outcome } from '../../../src/history/schema.ts';
import { orderlyCuts } from '../../../src/run/watch/orderly-cut.ts';

const ns = (seconds: number) => seconds * 1e9;
type Stream = readonly [from: number, to: number, outcome?: Outcome, bytes?: number];

/** Streams in seconds, with a command that begins at 10 s. A byte is as long as a millisecond. */
function cutsOf(streams: readonly Stream[], command = true): number {
  const cuts = orderlyCuts((id) => id.startsWith('stream-'));
  if (command) cuts.observe({ type: 'command', t: ns(10), at: 'begin', argv: ['x'], exitCode: null });
  for (const [index, [from, to, outcome = 'completed', bytes = (to - from) * 1000]] of streams.entries()) {
    const id = `stream-${index}`;
    cuts.observe({
      type: 'start',
      t: ns(from),
      trial: 0,
      id,
      load: 'streams',
      kind: 'stream',
      lane: null,
      dueAt: ns(from),
    });
    const end: EventOf<'end'> = {
      type: 'end',
      t: ns(to),
      trial: 0,
      id,
      outcome,
      status: 200,
      errno: null,
      connectedAt: ns(from),
      firstByteAt: ns(from),
      firstChunkAt: ns(from),
      lastByteAt: ns(to),
      longestSilenceNs: 0,
      bodyBytes: bytes,
      chunks: 0,
      local: null,
      path: null,
      freshConnection: null,
    };
    cuts.observe(end);
  }
  return cuts.count();
}

const before: Stream[] = [
  [0, 5],
  [1, 6],
  [2, 7],
];
const after: Stream[] = [
  [12, 17],
  [13, 18],
];

test('streams that end together and shorter than the others are reported', () => {
  assert.is(cutsOf([...before, [8, 11], [8.5, 11.1], [9, 11.2], ...after]), 3);
  assert.is(cutsOf([[8, 11], [8.5, 11.1], ...after]), 2, 'those before are no condition');
});

test('a stream alone that is shorter than all others is reported', () => {
  assert.is(cutsOf([...before, [9, 11], ...after]), 1);
});

test('streams that end as the others do are none', () => {
  assert.is(cutsOf([...before, [6, 11], [7, 12], [8, 13], ...after]), 0);
});

test('one of ten that is short is a chance', () => {
  const whole = Array.from({ length: 9 }, (_, index): Stream => [6 + index / 9, 11 + index / 9]);
  assert.is(cutsOf([...before, ...whole, [9, 11], ...after]), 0);
});

test('endless streams that we ended at the end were longer still', () => {
  assert.is(
    cutsOf([
      [8, 11],
      [8, 11],
      [11, 60, 'cancelled'],
      [11, 60, 'cancelled'],
    ]),
    2,
  );
  assert.is(
    cutsOf([
      [8, 60, 'cancelled'],
      [8, 60, 'cancelled'],
    ]),
    0,
  );
});

test('as many bytes as the others had is whole, if sooner', () => {
  assert.is(cutsOf([...before, [8, 11, 'completed', 5000], [8, 11, 'completed', 5000], ...after]), 0);
});

test('what was lost is reported as lost, and without a command nothing is', () => {
  assert.is(cutsOf([...before, [8, 11, 'truncated'], [8, 11, 'truncated'], ...after]), 0);
  assert.is(cutsOf([...before, [8, 11], [8, 11], ...after], false), 0);
});

test.run();
