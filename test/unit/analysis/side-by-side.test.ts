import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { analysis } from '../../../src/analysis/index.ts';
import type { HistoryEvent } from '../../../src/history/schema.ts';
import { seriesReader } from '../../../src/reports/html/series.ts';
import { type HistoryBuilder, history } from '../../support/history.ts';

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

test.run();
