import { parseHTML } from 'linkedom';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { outcomes } from '../../../../src/history/schema.ts';
import { boardChart, probeChart, streamChart } from '../../../../src/reports/html/charts.ts';
import { looksIn } from '../../../../src/reports/html/outcome-look.ts';
import type { TrialSeries } from '../../../../src/reports/html/series.ts';

const dom = (svg: string) => parseHTML(`<!doctype html><html><body>${svg}</body></html>`).document;
const series: TrialSeries = {
  index: 0,
  end: 100,
  streams: [
    { from: 5, heard: 80, to: 80, outcome: 'completed' },
    { from: 6, heard: 60, to: 80, outcome: 'hung' },
    { from: 7, heard: 60, to: 60, outcome: 'reset-mid-body' },
  ],
  streamsSeen: 3,
  probes: [
    { lane: 'new', second: 59, seconds: 1, ok: 4, failed: 0 },
    { lane: 'new', second: 60, seconds: 1, ok: 1, failed: 3 },
    { lane: 'reused', second: 60, seconds: 1, ok: 4, failed: 0 },
  ],
  board: [
    { node: 'stable-0', state: 'green', from: 0, to: 100 },
    { node: 'preemptible-2', state: 'green', from: 0, to: 80 },
    { node: 'preemptible-2', state: 'red', from: 80, to: 100 },
  ],
  marks: [
    { at: 60, kind: 'fault', label: 'power-off preemptible-2' },
    { at: 80, kind: 'clock', label: 'failover +20.0 s' },
  ],
  phases: [],
};
const shapes = (svg: string, of: string) =>
  [...dom(svg).querySelectorAll(`.${of} line, .${of} rect`)].map((shape) => ({
    colour: shape.getAttribute('stroke') ?? shape.getAttribute('fill'),
    title: shape.querySelector('title')?.textContent,
    length: Number(
      shape.getAttribute('width') ?? Number(shape.getAttribute('x2')) - Number(shape.getAttribute('x1')),
    ),
  }));

test('each stream is a bar, as long as it was heard, in the colour of its outcome', () => {
  const bars = shapes(streamChart(series), 'streams');
  assert.equal(
    bars.map(({ colour, title }) => [colour, title]),
    [
      ['var(--good)', 'completed, 5.0 to 80.0 s'],
      ['var(--bad)', 'hung, 6.0 to 80.0 s, silent from 60.0 s'],
      ['var(--cut)', 'reset-mid-body, 7.0 to 60.0 s'],
    ],
  );
  const [whole, heard] = bars.map(({ length }) => length);
  assert.ok(Math.abs((whole ?? 0) / (heard ?? 1) - 75 / 54) < 0.01);
  assert.is(shapes(streamChart(series), 'silence').length, 1, 'the silence is drawn apart');
});

test('flip, fault and clocks are marked by a line and in words on every timeline', () => {
  for (const chart of [streamChart, probeChart, boardChart]) {
    const svg = chart(series);
    const { body } = dom(svg);
    for (const { label } of series.marks)
      assert.is(body.textContent?.split(label).length, 2, `${label} once`);
    assert.ok(svg.includes('stroke-dasharray="5 3"') && svg.includes('stroke-dasharray="2 3"'));
    assert.match(body.textContent ?? '', 'seconds of cluster time');
  }
});

test('probes that failed stand apart from those that came through, by lane', () => {
  assert.equal(
    shapes(probeChart(series), 'probes')
      .map(({ title }) => title)
      .sort(),
    ['1 ok, 60 to 61 s', '3 failed, 60 to 61 s', '4 ok, 59 to 60 s', '4 ok, 60 to 61 s'],
  );
  const text = dom(probeChart(series)).body.textContent ?? '';
  assert.ok(text.includes('new') && text.includes('kept'));
});

test('the board: each node in its states', () => {
  assert.equal(
    shapes(boardChart(series), 'board').map(({ colour, title }) => [colour, title]),
    [
      ['var(--good)', 'stable-0 green, 0.0 to 100.0 s'],
      ['var(--good)', 'preemptible-2 green, 0.0 to 80.0 s'],
      ['var(--bad)', 'preemptible-2 red, 80.0 to 100.0 s'],
    ],
  );
});

test('ticks are whole numbers, each once', () => {
  const numbers = (svg: string) =>
    [...dom(svg).querySelectorAll('text')]
      .map(({ textContent }) => textContent ?? '')
      .filter((text) => /^[\d.]+$/.test(text));
  for (const end of [1, 2.4, 7, 55, 100, 3000]) {
    for (const chart of [streamChart, probeChart, boardChart]) {
      for (const text of numbers(chart({ ...series, end }))) assert.match(text, /^\d+$/);
    }
  }
  const few = { ...series, probes: [{ lane: 'new' as const, second: 1, seconds: 1, ok: 2, failed: 0 }] };
  const [, ...seen] = numbers(probeChart(few)).reverse();
  assert.ok(seen.includes('1') && seen.includes('2'), 'no 0.5, and no figure twice');
});

test('a long node name is whole: beside its bar, or above it', () => {
  for (const node of ['gke-prod-pool-1-abcd', 'gke-production-eu-preemptible-pool-0a1b2c3d-x9zz']) {
    const board = [{ node, state: 'green' as const, from: 0, to: 100 }];
    const document = dom(boardChart({ ...series, board }));
    const [label] = [...document.querySelectorAll('text')].filter(({ textContent }) => textContent === node);
    assert.ok(label !== undefined, node);
    const place = (element: Element | null): number => {
      if (element === null) return 0;
      const [, x = '0'] = /translate\(([-\d.]+)/.exec(element.getAttribute('transform') ?? '') ?? [];
      return Number(x) + place(element.parentElement);
    };
    const x = place(label);
    const anchor = label.closest('[text-anchor]')?.getAttribute('text-anchor');
    const from = anchor === 'start' ? x : x - node.length * 6.6;
    assert.ok(from >= 0, `${node} begins at ${from}`);
  }
});

test('every outcome has a look, and the legend shows each look once with its count', () => {
  const looks = looksIn([...outcomes, 'hung']);
  assert.is(
    looks.reduce((sum, { count }) => sum + count, 0),
    outcomes.length + 1,
  );
  assert.is(new Set(looks.map(({ colour }) => colour)).size, looks.length);
  assert.equal(
    looksIn(['hung', 'hung', 'completed']).map(({ word, count }) => [word, count]),
    [
      ['completed', 1],
      ['fell silent', 2],
    ],
  );
});

test.run();
