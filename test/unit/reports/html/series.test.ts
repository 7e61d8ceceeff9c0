import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { analysis } from '../../../../src/analysis/index.ts';
import type { HistoryEvent } from '../../../../src/history/schema.ts';
import { seriesReader, type TrialSeries } from '../../../../src/reports/html/series.ts';
import { type HistoryBuilder, history } from '../../../support/history.ts';

function seriesOf(builder: HistoryBuilder | readonly HistoryEvent[]): TrialSeries[] {
  const reader = seriesReader();
  const found = analysis();
  for (const event of 'events' in builder ? builder.events() : builder) reader.take(event, found.take(event));
  return reader.close();
}
function only(builder: HistoryBuilder): TrialSeries {
  const [series] = seriesOf(builder);
  if (series === undefined) throw new Error('no trial');
  return series;
}

test('times are cluster time since the trial began', () => {
  const { streams, end } = only(
    history({ plan: { timeScale: 10 } })
      .trial(1000)
      .stream({ from: 1500, to: 3000 })
      .endTrial(4000),
  );
  assert.equal(streams, [{ from: 5, heard: 20, to: 20, outcome: 'completed' }]);
  assert.is(end, 30);
});

test('a stream that fell silent was heard until its last byte; one that was cut to its end', () => {
  const { streams } = only(
    history()
      .trial(0)
      .stream({ from: 1000, to: 9000, lastByte: 4000, outcome: 'hung' })
      .stream({ from: 1100, to: 5000, lastByte: 4500, outcome: 'reset-mid-body' })
      .stream({ from: 1200, to: 6000, firstByte: null, outcome: 'hung' })
      .endTrial(10_000),
  );
  assert.equal(
    streams.map(({ heard, to }) => [heard, to]),
    [
      [4, 9],
      [5, 5],
      [6, 6],
    ],
  );
});

test('probes by lane and by the second in which they were due', () => {
  const { probes } = only(
    history()
      .trial(0)
      .probes({ from: 1000, to: 3000, every: 250, fails: (due) => due === 1750 && { to: 2400 } })
      .probes({ from: 1000, to: 2000, every: 500, lane: 'reused' })
      .probes({ from: 2000, to: 2500, every: 500, fails: () => ({ outcome: 'cancelled' }) })
      .endTrial(4000),
  );
  const bin = { seconds: 1, failed: 0 };
  assert.equal(
    probes.toSorted((a, b) => a.lane.localeCompare(b.lane) || a.second - b.second),
    [
      { ...bin, lane: 'new', second: 1, ok: 3, failed: 1 },
      { ...bin, lane: 'new', second: 2, ok: 4 },
      { ...bin, lane: 'reused', second: 1, ok: 2 },
    ],
  );
});

test('a long trial has bins of several seconds, and no probe is lost', () => {
  const { probes } = only(
    history()
      .trial(0)
      .probes({ from: 0, to: 1_500_000, every: 500, fails: (due) => due < 2000 && {} })
      .endTrial(1_500_000),
  );
  assert.ok(probes.length <= 400, String(probes.length));
  assert.is(
    probes.reduce((sum, { ok, failed }) => sum + ok + failed, 0),
    3000,
  );
  assert.is(probes[0]?.seconds, 4);
  assert.is(probes[1]?.second, 4);
});

test('the board begins with what the edge held before, and a node changes without a gap', () => {
  const { board } = only(
    history({ green: ['stable-0', 'stable-1'] })
      .trial(1000)
      .ejected(3000, 'stable-1')
      .green(5000, 'stable-1')
      .endTrial(7000),
  );
  assert.equal(board, [
    { node: 'stable-0', state: 'green', from: 0, to: 6 },
    { node: 'stable-1', state: 'green', from: 0, to: 2 },
    { node: 'stable-1', state: 'red', from: 2, to: 4 },
    { node: 'stable-1', state: 'green', from: 4, to: 6 },
  ]);
});

test('flip, fault and recovery are marked with what was done to which node', () => {
  const { marks } = only(
    history()
      .trial(0, { policy: 'Cluster->Local', fault: { kind: 'power-off', node: 'stable-1' } })
      .flip(1000)
      .fault(2000)
      .recover(3000)
      .endTrial(4000),
  );
  assert.equal(marks, [
    { at: 1, kind: 'flip', label: 'Cluster->Local' },
    { at: 2, kind: 'fault', label: 'power-off stable-1' },
    { at: 3, kind: 'recover', label: 'stable-1 is brought back' },
  ]);
});

test('each trial apart, also one that the history breaks off in', () => {
  const all = seriesOf(
    history()
      .trial(0)
      .stream({ from: 100, to: 900 })
      .endTrial(1000)
      .trial(2000)
      .stream({ from: 2500, to: 3000 })
      .stream({ from: 2600, to: 9000, unfinished: true }),
  );
  assert.equal(
    all.map(({ index, streamsSeen, end }) => [index, streamsSeen, end]),
    [
      [0, 1, 1],
      [1, 1, 1.001],
    ],
  );
});

test('of very many streams a few hundred bars remain, of the lost and of the others evenly, and every time the same', () => {
  const make = () => {
    const builder = history().trial(0);
    for (let index = 0; index < 3000; index += 1) {
      const lost = index % 2 === 0;
      builder.stream({ from: index * 10, to: index * 10 + 5000, outcome: lost ? 'hung' : 'completed' });
    }
    return only(builder.endTrial(40_000));
  };
  const { streams, streamsSeen } = make();
  assert.is(streamsSeen, 3000);
  assert.ok(streams.length <= 400, String(streams.length));
  for (const outcome of ['hung', 'completed']) {
    const begins = streams.filter((bar) => bar.outcome === outcome).map(({ from }) => from);
    assert.ok(begins.length >= 75, `${begins.length} ${outcome}`);
    assert.ok((begins[0] ?? 99) < 1 && (begins.at(-1) ?? 0) > 28, 'from one end of the trial to the other');
  }
  assert.equal(make().streams, streams);
});

test.run();
