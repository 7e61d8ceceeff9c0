import * as Plot from '@observablehq/plot';
import { bottom, draw, labelOffset, letter } from './draw.ts';
import { type PlacedMark, placeMarks } from './marks.ts';
import { lookOf } from './outcome-look.ts';
import type { NodeSpan, StreamBar, TrialSeries } from './series.ts';
import { wholeTicks } from './ticks.ts';

/*
 * Charts as SVG text. Colours are CSS variables of the page, so that one drawing serves a light and a dark screen; what a
 * colour shows is always given in words as well.
 */

const width = 980;
const right = 16;
const rowHeight = 15;
/** Node names longer than this are above their bars. */
const longName = 30;
/** With more nodes than this, rows are thin, and not every row has its name beside it. */
const mostNamed = 24;
const boardHeight = 26 * mostNamed;

/** Room for node names, the same for all charts of one trial, so that their time axes line up below each other. */
function leftOf({ board }: TrialSeries): number {
  const longest = Math.max(0, ...board.map(({ node }) => node.length));
  return longest > longName ? 112 : Math.max(112, longest * letter + 14);
}

/** Every stream a bar from its start to its end, coloured by what became of it; paler while it only waited. */
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
  const left = leftOf(series);
  const most = Math.max(1, ...series.probes.map(({ ok, failed }) => ok + failed));
  return timeline(series, 84 * Math.max(1, lanes.length), {
    y: {
      label: null, // the title says what is counted, and the name of the lane takes this place
      ticks: wholeTicks(most, 3),
      tickFormat: 'd',
      domain: [0, most],
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

/** `node-2` before `node-10`. */
const byNumber = (one: string, other: string) => one.localeCompare(other, 'en', { numeric: true });

/** The nodes as the edge held them, as on a cloud console. */
export function boardChart(series: TrialSeries): string {
  const nodes = [...new Set(series.board.map(({ node }) => node))].sort(byNumber);
  const colours = { green: 'var(--good)', red: 'var(--bad)', 'not eligible': 'var(--muted)' };
  const thin = nodes.length > mostNamed;
  const above = !thin && nodes.some((node) => node.length > longName);
  const rows = thin ? Math.max(3, boardHeight / nodes.length) : above ? 44 : 26;
  const apart = Math.ceil(nodes.length / mostNamed);
  const named = nodes.filter((_, row) => row % apart === 0);
  const inset = thin ? 0.5 : 3;
  return timeline(series, rows * nodes.length, {
    y: { label: null, domain: nodes, ticks: named, tickSize: 0, ...(above ? { axis: null } : {}) },
    marks: [
      Plot.barX(series.board, {
        x1: 'from',
        x2: 'to',
        y: 'node',
        fill: ({ state }: NodeSpan) => colours[state],
        fillOpacity: ({ state }: NodeSpan) => (state === 'not eligible' ? 0.45 : 1),
        insetTop: above ? 20 : inset,
        insetBottom: inset,
        className: 'board',
        title: ({ node, state, from, to }: NodeSpan) =>
          `${node} ${state}, ${from.toFixed(1)} to ${to.toFixed(1)} s`,
      }),
      ...(above
        ? [
            Plot.text(nodes, {
              y: (name: string) => name,
              text: (name: string) => name,
              frameAnchor: 'left',
              textAnchor: 'start',
              dx: 4,
              dy: -12,
              fill: 'currentColor',
              className: 'names',
            }),
          ]
        : []),
    ],
  });
}

interface TimelineOptions {
  readonly y: NonNullable<Plot.PlotOptions['y']>;
  readonly fy?: NonNullable<Plot.PlotOptions['fy']>;
  /** Among several charts above each other, the one that bears the marks' labels. */
  readonly first?: string | undefined;
  readonly marks: readonly Plot.Markish[];
}

/** A chart over the trial's time, with flip, fault and clocks marked. */
function timeline(series: TrialSeries, inner: number, { y, fy, first, marks }: TimelineOptions): string {
  const end = Math.max(1, series.end);
  const left = leftOf(series);
  const placed = placeMarks(series.marks, end, width - left - right);
  const rows = Math.max(0, ...placed.map(({ row }) => row + 1));
  const top = 16 + rows * rowHeight;
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
      ticks: wholeTicks(end, 14),
      tickFormat: 'd',
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
        dy: -14 - rowHeight * row,
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
