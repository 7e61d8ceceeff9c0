import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requests } from '../../../../src/analysis/fold/requests.ts';
import type { EventOf } from '../../../../src/history/schema.ts';
import { type HistoryBuilder, history } from '../../../support/history.ts';

type Start = EventOf<'start'>;
type End = EventOf<'end'>;

/** Feeds the starts and ends that a builder makes, in their order. */
function fed(more: (builder: HistoryBuilder) => unknown, isOwn: (load: string) => boolean = () => true) {
  const builder = history().trial(0);
  more(builder);
  const folded = requests(isOwn);
  const kept: string[] = [];
  for (const event of builder.events()) {
    if (event.type === 'start') folded.begin(event);
    if (event.type !== 'end') continue;
    const start = folded.pair(event);
    if (start === null) folded.record.strayEnds += 1;
    else if (folded.count(start, event) !== null) kept.push(start.id);
  }
  return { folded, kept };
}

test('streams are kept whatever became of them', () => {
  const { folded, kept } = fed((builder) =>
    builder
      .stream({ id: 'good', from: 1, to: 10 })
      .stream({ id: 'bad', from: 2, to: 20, outcome: 'hung' })
      .stream({ id: 'ours', from: 3, to: 30, outcome: 'cancelled' }),
  );
  assert.equal(kept, ['good', 'bad', 'ours']);
  assert.equal(folded.record.started, { streams: 3, probes: 0 });
});

test('of probes only the failed are kept; the good leave their due time, the cancelled a count', () => {
  const { folded, kept } = fed((builder) =>
    builder
      .probe({ id: 'good', from: 1, to: 10 })
      .probe({ id: 'bad', from: 2, to: 20, outcome: 'refused' })
      .probe({ id: 'ours', from: 3, to: 30, outcome: 'cancelled' }),
  );
  assert.equal(kept, ['bad']);
  const lane = folded.record.lanes.get('new');
  assert.equal([lane?.goodDueAt.length, lane?.failed.length, lane?.cancelled], [1, 1, 1]);
  assert.equal(folded.record.started, { streams: 0, probes: 3 });
});

test('lanes are apart, and the reused one counts the connections that it opened', () => {
  const { folded } = fed((builder) =>
    builder
      .probe({ from: 1, to: 10, lane: 'reused', fresh: true })
      .probe({ from: 11, to: 20, lane: 'reused' })
      .probe({ from: 21, to: 30, lane: 'reused', outcome: 'hung' })
      .probe({ from: 31, to: 40, lane: 'reused', fresh: true, outcome: 'refused' })
      .probe({ from: 41, to: 50 }),
  );
  const reused = folded.record.lanes.get('reused');
  assert.equal([reused?.opened, reused?.openedGoodAt.length, reused?.failed.length], [2, 1, 2]);
  assert.is(folded.record.lanes.get('new')?.goodDueAt.length, 1);
});

test('requests of other engines are not counted as started', () => {
  const { folded } = fed(
    (builder) => builder.short({ from: 1, to: 2, load: 'many' }),
    (load) => load !== 'many',
  );
  assert.equal(folded.record.started, { streams: 0, probes: 0 });
});

test('local errors are counted by their names', () => {
  const { folded } = fed((builder) =>
    builder
      .stream({ from: 1, to: 2, outcome: 'local-error', errno: 'EMFILE' })
      .probe({ from: 1, to: 2, outcome: 'local-error', errno: 'EMFILE' })
      .probe({ from: 1, to: 2, outcome: 'local-error', errno: 'ENOTFOUND' }),
  );
  assert.equal(
    [...folded.record.localErrors],
    [
      ['EMFILE', 2],
      ['ENOTFOUND', 1],
    ],
  );
});

test('an end is paired once', () => {
  const folded = requests(() => true);
  const [start, end] = history()
    .trial(0)
    .stream({ from: 1, to: 2 })
    .events()
    .filter((event): event is Start | End => event.type === 'start' || event.type === 'end');
  if (start?.type !== 'start' || end?.type !== 'end') throw new Error('a stream begins and ends');
  folded.begin(start);
  assert.is(folded.pair(end), start);
  assert.is(folded.pair(end), null);
});

test('what has no end is ended as lost with its recorder, and counted as unfinished', () => {
  const { folded } = fed((builder) => builder.stream({ from: 1, to: 2, unfinished: true }));
  const ends: string[] = [];
  folded.finish(99, (start, end) => ends.push(`${start.load} ${end.outcome} ${end.t}`));
  assert.equal(ends, ['slow local-error 99']);
  assert.is(folded.record.unfinished, 1);
  folded.finish(99, () => assert.unreachable('once'));
});

test.run();
