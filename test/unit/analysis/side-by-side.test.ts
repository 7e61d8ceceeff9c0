import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { analysis } from '../../../src/analysis/index.ts';
import type { HistoryEvent } from '../../../src/history/schema.ts';
import { seriesReader } from '../../../src/reports/html/series.ts';
import { clusterBook } from '../../../src/run/side-by-side/book.ts';
import { type HistoryBuilder, history } from '../../support/history.ts';
import { podLine } from '../../support/history-cluster.ts';

/* Trials that ran side by side: each with the lines of its own cluster, and their times overlap. */

/** The first loses a node, is long, and its node stays dead; the second is short, and a stream of it has no end. */
const first = () =>
  history()
    .trial(1000, { fault: { kind: 'power-off', node: 'stable-1' } })
    .streams(3, { from: 2000, to: 60_000 })
    .stream({ from: 2000, to: 40_000, transit: 'stable-1', outcome: 'hung' })
    .fault(10_000)
    .ejected(30_000, 'stable-1')
    .ready(50_000, 'stable-1', 'Unknown')
    .endTrial(90_000);
const second = () =>
  history()
    .trial(2000)
    .streams(4, { from: 3000, to: 9000 })
    .probes({ from: 3000, to: 12_000 })
    .stream({ from: 3500, to: 9000, unfinished: true })
    .endTrial(20_000);

/** As the second trial of a plan of two. */
const asSecond = (event: HistoryEvent): HistoryEvent =>
  'trial' in event && event.trial !== null ? ({ ...event, trial: 1 } as HistoryEvent) : event;

function reported(events: readonly HistoryEvent[]) {
  const found = analysis();
  const series = seriesReader();
  for (const event of events) series.take(event, found.take(event));
  return { report: found.report(), series: series.close() };
}

const lines = (builder: HistoryBuilder) => builder.events().slice(1);

test('each trial is analysed as it would be alone', () => {
  const [header] = history().trial(1).trial(2).events();
  if (header?.type !== 'header') throw new Error('no header');
  const alone = [reported(first().events()), reported(second().events())];
  const both = reported([header, ...lines(first()), ...lines(second()).map(asSecond)]);
  assert.is(both.report.trials.length, 2);
  for (const [index, { report, series }] of alone.entries()) {
    const [expected] = report.trials;
    assert.equal({ ...both.report.trials[index], index: 0 }, expected);
    assert.equal({ ...both.series[index], index: 0 }, series[0]);
  }
});

test('what other writers wrote of a cluster before its topology came counts, if it is the first', () => {
  const events = first().events();
  const begins = events.findIndex(({ type }) => type === 'trial-start');
  const before = events.slice(0, begins);
  const late = [
    ...before.filter(({ type }) => type !== 'topology'),
    ...before.filter(({ type }) => type === 'topology'),
    ...events.slice(begins),
  ];
  assert.is.not(
    late.findIndex(({ type }) => type === 'topology'),
    1,
    'it comes later',
  );
  assert.equal(reported(late).report, reported(events).report);
});

/** Two trials in a row on one cluster: what the first leaves (a node still red and NotReady, moved pods) is where the second begins. */
const inARow = () =>
  history()
    .add(podLine(5), podLine(5, 'app', { pod: 'app-old' }))
    .trial(1000, { fault: { kind: 'power-off', node: 'stable-1' } })
    .streams(3, { from: 2000, to: 60_000 })
    .stream({ from: 2000, to: 40_000, transit: 'stable-1', outcome: 'hung' })
    .reconciled(3000, 'Cluster')
    .fault(10_000)
    .ejected(30_000, 'stable-1')
    .ejected(31_000, 'preemptible-2')
    .ready(50_000, 'stable-1', 'Unknown')
    .ready(50_500, 'preemptible-2', 'Unknown')
    .add(
      podLine(51_000, 'ingress', { restarts: 1 }),
      podLine(52_000, 'app', { pod: 'app-old', change: 'deleted' }),
    )
    .endpoints(60_000, 'app', ['stable-0', 'preemptible-0'])
    .ready(80_000, 'stable-1', 'True')
    .green(81_000, 'stable-1')
    .endTrial(90_000)
    .green(90_500, 'preemptible-2')
    .trial(91_000, { fault: { kind: 'power-off', node: 'stable-0' } })
    .streams(2, { from: 92_000, to: 150_000 })
    .stream({ from: 92_000, to: 130_000, transit: 'stable-0', ingress: 'stable-0', outcome: 'hung' })
    .probes({ from: 92_000, to: 120_000 })
    .fault(100_000)
    .add(podLine(101_000, 'ingress', { restarts: 2 }))
    .ejected(120_000, 'stable-0')
    .ready(140_000, 'stable-0', 'Unknown')
    .endTrial(180_000);

test('a trial on a cluster that is used again is analysed as it is in a row, whatever stands between', () => {
  const events = inARow().events();
  const ends = events.findIndex(({ type }) => type === 'trial-end');
  const [before, after] = [events.slice(1, ends + 1), events.slice(ends + 1)];
  const begins = after.findIndex(({ type }) => type === 'trial-start');
  const book = clusterBook();
  for (const event of [...before, ...after.slice(0, begins)]) book.take(event);
  const [header] = history().trial(1).trial(2).trial(3).events();
  if (header?.type !== 'header') throw new Error('no header');
  const as = (index: number) => (event: HistoryEvent) =>
    'trial' in event && event.trial !== null ? ({ ...event, trial: index } as HistoryEvent) : event;
  const again = reported([
    header,
    ...before,
    ...lines(first()).map(as(1)),
    ...book.known(),
    ...after.slice(begins).map(as(2)),
  ]);
  const row = reported(events);
  for (const [index, other] of [
    [0, 0],
    [1, 2],
  ] as const) {
    assert.equal({ ...again.report.trials[other], index }, row.report.trials[index]);
    assert.equal({ ...again.series[other], index }, row.series[index]);
  }
});

test.run();
