import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { ComparisonRow } from '../../analysis/schema.ts';
import { policyName } from '../words.ts';
import { type PlacedMark, placeMarks } from './marks.ts';
import { lookOf } from './outcome-look.ts';
import type { NodeSpan, StreamBar, TrialSeries } from './series.ts';

/*
 * Charts as SVG text. Colours are CSS variables of the page, so that one drawing serves a light and a dark screen; what a
 * colour says is always said in words as well.
 */

const font = { fontSize: '12px', background: 'transparent', color: 'var(--ink)' };
const width = 980;
const left = 112;
const right = 16;
/** Ticks, their figures and the axis' title, none over another. */
const bottom = 46;
const labelOffset = 38;
const rowHeight = 15;

/** Lost share of each policy with its interval. `columns`: its width. */
export function lostChart(rows: readonly ComparisonRow[], columns: number): string {
  const points = rows.flatMap(({ policy, lost, started, interval }) =>
    interval === null
      ? []
      : [{ policy: policyName(policy), share: lost / started, low: interval.low, high: interval.high }],
  );
  return draw({
    width: columns,
    height: 58 + 34 * points.length,
    marginLeft: left,
    marginRight: 24,
    marginTop: 8,
    marginBottom: bottom,
    x: {
      label: columns < 500 ? 'lost, 95 % interval' : 'share of streams lost, with its 95 % interval',
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset,
      ticks: columns / 90,
      tickFormat: (share: number) => `${Math.round(share * 1000) / 10} %`,
      domain: [0, Math.min(1, Math.max(0.05, ...points.map(({ high }) => high)) * 1.05)],
      grid: true,
    },
    y: { label: null, domain: points.map(({ policy }) => policy), tickSize: 0 },
    marks: [
      Plot.ruleX([0], { stroke: 'var(--line)' }),
      Plot.link(points, {
        x1: 'low',
        x2: 'high',
        y1: 'policy',
        y2: 'policy',
        stroke: 'var(--muted)',
        strokeWidth: 6,
        strokeLinecap: 'round',
        strokeOpacity: 0.45,
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

/** Every stream a bar from its start to its end, coloured by what became of it; paler where it only waited. */
export function streamChart(series: TrialSeries): string {
  const bars = series.streams.map((bar, row) => ({ ...bar, row }));
  const inner = Math.max(40, Math.min(360, bars.length * 6));
  const stroke = ({ outcome }: StreamBar) => lookOf(outcome).colour;
  const strokeWidth = Math.max(0.8, Math.min(4, (inner / Math.max(1, bars.length)) * 0.8));
  return timeline(series, inner, {
    y: { axis: null, domain: [-1, bars.length] },
    marks: [
      Plot.ruleY(bars, {
        x1: 'from',
        x2: 'heard',
        y: 'row',
        stroke,
        strokeWidth,
        className: 'streams',
        title: ({ outcome, from, heard, to }: StreamBar) =>
          `${outcome}, ${from.toFixed(1)} to ${to.toFixed(1)} s${heard < to ? `, silent from ${heard.toFixed(1)} s` : ''}`,
      }),
      Plot.ruleY(
        bars.filter(({ heard, to }) => heard < to),
        {
          x1: 'heard',
          x2: 'to',
          y: 'row',
          stroke,
          strokeOpacity: 0.4,
          strokeWidth: strokeWidth / 2,
          className: 'silence',
        },
      ),
    ],
  });
}

/** Probes by the second, stacked: those that came through and those that failed, one lane above the other. */
export function probeChart(series: TrialSeries): string {
  const lanes = [...new Set(series.probes.map(({ lane }) => lane))].sort();
  const bars = series.probes.flatMap(({ lane, second, seconds, ok, failed }) => [
    { lane: laneName(lane), second, seconds, what: 'failed', count: failed },
    { lane: laneName(lane), second, seconds, what: 'ok', count: ok },
  ]);
  type Bar = (typeof bars)[number];
  return timeline(series, 84 * Math.max(1, lanes.length), {
    y: {
      label: 'requests',
      labelArrow: 'none',
      labelAnchor: 'center',
      ticks: 3,
      tickFormat: 'd',
      tickSize: 3,
    },
    fy: { axis: null, domain: lanes.map(laneName), padding: 0.14 },
    first: lanes.map(laneName)[0],
    marks: [
      Plot.text(lanes.map(laneName), {
        fy: (name: string) => name,
        text: (name: string) => name,
        frameAnchor: 'left',
        textAnchor: 'start',
        dx: -left + 4,
        fill: 'currentColor',
      }),
      Plot.rectY(
        bars.filter(({ count }) => count > 0),
        {
          x1: 'second',
          x2: ({ second, seconds }: Bar) => second + seconds,
          y: 'count',
          fy: 'lane',
          fill: ({ what }: Bar) => (what === 'ok' ? 'var(--good)' : 'var(--bad)'),
          insetLeft: 0.3,
          insetRight: 0.3,
          className: 'probes',
          title: ({ what, count, second, seconds }: Bar) =>
            `${count} ${what}, ${second} to ${second + seconds} s`,
        },
      ),
    ],
  });
}

const laneName = (lane: string) => (lane === 'new' ? 'new' : 'kept');

/** The nodes as the edge held them, as on a cloud console. */
export function boardChart(series: TrialSeries): string {
  const nodes = [...new Set(series.board.map(({ node }) => node))].sort();
  const colours = { green: 'var(--good)', red: 'var(--bad)', 'not eligible': 'var(--muted)' };
  return timeline(series, 26 * nodes.length, {
    y: { label: null, domain: nodes, tickSize: 0 },
    marks: [
      Plot.barX(series.board, {
        x1: 'from',
        x2: 'to',
        y: 'node',
        fill: ({ state }: NodeSpan) => colours[state],
        fillOpacity: ({ state }: NodeSpan) => (state === 'not eligible' ? 0.45 : 1),
        insetTop: 3,
        insetBottom: 3,
        className: 'board',
        title: ({ node, state, from, to }: NodeSpan) =>
          `${node} ${state}, ${from.toFixed(1)} to ${to.toFixed(1)} s`,
      }),
    ],
  });
}

interface TimelineOptions {
  readonly y: NonNullable<Plot.PlotOptions['y']>;
  readonly fy?: NonNullable<Plot.PlotOptions['fy']>;
  /** Of several charts above each other, the one that bears the marks' labels. */
  readonly first?: string | undefined;
  readonly marks: readonly Plot.Markish[];
}

/** A chart over the trial's time, with flip, fault and clocks marked. */
function timeline(series: TrialSeries, inner: number, { y, fy, first, marks }: TimelineOptions): string {
  const end = Math.max(1, series.end);
  const placed = placeMarks(series.marks, end, width - left - right);
  const rows = Math.max(0, ...placed.map(({ row }) => row + 1));
  const top = 12 + rows * rowHeight;
  return draw({
    width,
    height: top + inner + bottom,
    marginLeft: left,
    marginRight: right,
    marginTop: top,
    marginBottom: bottom,
    x: {
      label: 'seconds of cluster time since the trial began',
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset,
      domain: [0, end],
      grid: true,
    },
    y,
    ...(fy === undefined ? {} : { fy }),
    marks: [...marks, ...markLines(placed, first)],
  });
}

const markColour = ({ kind }: PlacedMark) =>
  kind === 'recover' || kind === 'clock' ? 'var(--muted)' : 'var(--accent)';

function markLines(marks: readonly PlacedMark[], first: string | undefined): Plot.Markish[] {
  const label = ({ row, toLeft }: { row: number; toLeft: boolean }) =>
    Plot.text(
      marks.filter((mark) => mark.row === row && mark.toLeft === toLeft),
      {
        x: 'at',
        text: 'label',
        ...(first === undefined ? {} : { fy: () => first }),
        frameAnchor: 'top',
        textAnchor: toLeft ? 'end' : 'start',
        dx: toLeft ? -4 : 4,
        dy: -10 - rowHeight * row,
        fill: markColour,
        className: 'marks',
      },
    );
  const rows = [...new Set(marks.map(({ row }) => row))];
  return [
    ...(['2 3', '5 3'] as const).map((strokeDasharray, index) =>
      Plot.ruleX(
        marks.filter(({ kind }) => (kind === 'clock') === (index === 0)),
        { x: 'at', stroke: markColour, strokeWidth: 1.5, strokeDasharray },
      ),
    ),
    ...rows.flatMap((row) => [label({ row, toLeft: false }), label({ row, toLeft: true })]),
  ];
}

function draw(options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const figure = Plot.plot({ ...options, style: font, document });
  figure.setAttribute('role', 'img');
  // An image has one name, which its figure gives; those of its groups have no role that could bear them.
  for (const part of figure.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  return figure.outerHTML;
}
