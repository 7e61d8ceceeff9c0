import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { ComparisonRow } from '../../analysis/schema.ts';
import { policyName } from '../words.ts';
import type { Mark, TrialSeries } from './series.ts';

/*
 * Charts as SVG text. Colours are CSS variables of the page, so that one drawing serves a light and a dark screen; what a
 * colour says is always said in words as well.
 */

const font = { fontSize: '12px', background: 'transparent', color: 'var(--ink)' };
const left = 112;

/** Colour of an outcome. */
export const outcomeColour = (outcome: string): string => {
  if (outcome === 'completed') return 'var(--good)';
  return outcome === 'cancelled' ? 'var(--muted)' : 'var(--bad)';
};

/** Lost share of each policy with its interval. */
export function lostChart(rows: readonly ComparisonRow[]): string {
  const points = rows.flatMap(({ policy, lost, started, interval }) =>
    interval === null
      ? []
      : [{ policy: policyName(policy), share: lost / started, low: interval.low, high: interval.high }],
  );
  return draw({
    width: 760,
    height: 44 + 34 * points.length,
    marginLeft: left + 20,
    x: {
      label: 'streams lost (95 % interval)',
      tickFormat: '.0%',
      domain: [0, Math.max(0.05, ...points.map(({ high }) => high)) * 1.05],
      grid: true,
    },
    y: { label: null, domain: points.map(({ policy }) => policy) },
    marks: [
      Plot.ruleX([0], { stroke: 'var(--line)' }),
      Plot.link(points, {
        x1: 'low',
        x2: 'high',
        y1: 'policy',
        y2: 'policy',
        stroke: 'var(--muted)',
        strokeWidth: 5,
        strokeLinecap: 'round',
        strokeOpacity: 0.5,
      }),
      Plot.dot(points, {
        x: 'share',
        y: 'policy',
        r: 6,
        fill: ({ share }: { share: number }) => (share > 0 ? 'var(--bad)' : 'var(--good)'),
      }),
    ],
  });
}

/** Every stream a bar from its start to its end, coloured by what became of it. */
export function streamChart({ streams, end, marks }: TrialSeries): string {
  const bars = streams.map((bar, row) => ({ ...bar, row }));
  const height = Math.min(420, 70 + bars.length * 5);
  return draw({
    width: 980,
    height,
    marginLeft: left,
    marginTop: 34,
    x: axis(end),
    y: { axis: null, domain: [-1, bars.length] },
    marks: [
      Plot.ruleY(bars, {
        x1: 'from',
        x2: 'to',
        y: 'row',
        stroke: ({ outcome }: { outcome: string }) => outcomeColour(outcome),
        strokeWidth: Math.max(1, Math.min(4, (height - 70) / Math.max(1, bars.length) - 0.6)),
        className: 'streams',
        title: ({ outcome, from, to }: { outcome: string; from: number; to: number }) =>
          `${outcome}, ${from.toFixed(1)} to ${to.toFixed(1)} s`,
      }),
      ...markLines(marks),
    ],
  });
}

/** Probes by the second, stacked: those that came through and those that failed, one lane above the other. */
export function probeChart({ probes, end, marks }: TrialSeries): string {
  const lanes = [...new Set(probes.map(({ lane }) => lane))];
  const bars = probes.flatMap(({ lane, second, ok, failed }) => [
    { lane: laneName(lane), second, what: 'failed', count: failed },
    { lane: laneName(lane), second, what: 'ok', count: ok },
  ]);
  return draw({
    width: 980,
    height: 60 + 90 * Math.max(1, lanes.length),
    marginLeft: left,
    marginTop: 34,
    x: axis(end),
    y: { label: null, ticks: 3, tickFormat: 'd' },
    fy: { label: null, domain: lanes.map(laneName), axis: 'left' },
    marks: [
      Plot.rectY(bars, {
        x1: 'second',
        x2: ({ second }: { second: number }) => second + 1,
        y: 'count',
        fy: 'lane',
        fill: ({ what }: { what: string }) => (what === 'ok' ? 'var(--good)' : 'var(--bad)'),
        insetLeft: 0.4,
        insetRight: 0.4,
        className: 'probes',
        title: ({ what, count, second }: { what: string; count: number; second: number }) =>
          `${count} ${what} in second ${second}`,
      }),
      ...markLines(marks),
    ],
  });
}

const laneName = (lane: string) => (lane === 'new' ? 'new' : 'kept');

/** The nodes as the edge held them, as on a cloud console. */
export function boardChart({ board, end, marks }: TrialSeries): string {
  const nodes = [...new Set(board.map(({ node }) => node))].sort();
  const colours = { green: 'var(--good)', red: 'var(--bad)', 'not eligible': 'var(--muted)' };
  return draw({
    width: 980,
    height: 64 + 24 * nodes.length,
    marginLeft: left,
    marginTop: 34,
    x: axis(end),
    y: { label: null, domain: nodes },
    marks: [
      Plot.barX(board, {
        x1: 'from',
        x2: 'to',
        y: 'node',
        fill: ({ state }: { state: keyof typeof colours }) => colours[state],
        fillOpacity: ({ state }: { state: string }) => (state === 'green' ? 0.85 : 0.6),
        insetTop: 2,
        insetBottom: 2,
        className: 'board',
        title: ({ node, state, from, to }: { node: string; state: string; from: number; to: number }) =>
          `${node} ${state}, ${from.toFixed(1)} to ${to.toFixed(1)} s`,
      }),
      ...markLines(marks),
    ],
  });
}

const axis = (end: number) => ({
  label: 'seconds of cluster time',
  domain: [0, Math.max(1, end)],
  grid: true,
});

function markLines(marks: readonly Mark[]) {
  const colour = ({ kind }: Mark) => (kind === 'recover' ? 'var(--muted)' : 'var(--accent)');
  return [
    Plot.ruleX(marks, { x: 'at', stroke: colour, strokeWidth: 1.5, strokeDasharray: '4 3' }),
    // Neighbours in two heights, so that they do not cover each other.
    ...[0, 1].map((parity) =>
      Plot.text(
        marks.filter((_, index) => index % 2 === parity),
        {
          x: 'at',
          text: 'label',
          frameAnchor: 'top',
          textAnchor: 'start',
          dx: 4,
          dy: -14 - 12 * parity,
          fill: colour,
        },
      ),
    ),
  ];
}

function draw(options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const figure = Plot.plot({ ...options, style: font, document });
  figure.setAttribute('role', 'img');
  return figure.outerHTML;
}
