import * as Plot from '@observablehq/plot';
import type { ComparisonRow } from '../../analysis/schema.ts';
import { comparisonCells } from '../comparison-cells.ts';
import { bottom, draw, labelOffset, letter } from './draw.ts';
import { wholeTicks } from './ticks.ts';

/** Lost share of each policy with its interval, and the expected one. Unknown repeats are named. `columns`: its width. */
export function lostChart(rows: readonly ComparisonRow[], columns: number): string {
  const all = rows.map((row) => {
    const { policy, doubt } = comparisonCells(row);
    const { lost, started, interval, expectedShare } = row;
    const expected = row.expectedLostShare ?? expectedShare;
    return { name: doubt === null ? policy : `${policy} (${doubt})`, lost, started, interval, expected };
  });
  const points = all.flatMap(({ name, lost, started, interval }) =>
    interval === null || started === 0
      ? []
      : [{ name, share: lost / started, low: interval.low, high: interval.high }],
  );
  const expected = all.flatMap(({ name, expected: share }) => (share === null ? [] : [{ name, share }]));
  const longest = Math.max(0, ...all.map(({ name }) => name.length)) * letter + 14;
  const above = longest > columns * 0.35;
  const end = Math.min(
    1,
    Math.max(0.05, ...points.map(({ high }) => high), ...expected.map((one) => one.share)) * 1.05,
  );
  return draw({
    width: columns,
    height: 58 + (above ? 48 : 34) * all.length,
    marginLeft: above ? 16 : Math.max(112, longest),
    marginRight: 24,
    marginTop: 8,
    marginBottom: bottom,
    x: {
      label: columns < 500 ? 'lost, 95 % interval' : 'share of streams lost, with its 95 % interval',
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset,
      ticks: wholeTicks(end * 100, columns / 90).map((tick) => tick / 100),
      tickFormat: (share: number) => `${Math.round(share * 100)} %`,
      domain: [0, end],
      grid: true,
    },
    y: { label: null, domain: all.map(({ name }) => name), tickSize: 0, ...(above ? { axis: null } : {}) },
    marks: [
      Plot.ruleX([0], { stroke: 'var(--line)' }),
      Plot.link(points, {
        x1: 'low',
        x2: 'high',
        y1: 'name',
        y2: 'name',
        stroke: 'var(--muted)',
        strokeWidth: 6,
        strokeLinecap: 'round',
        strokeOpacity: 0.45,
      }),
      Plot.dot(points, {
        x: 'share',
        y: 'name',
        r: 6,
        fill: ({ share }: { share: number }) => (share > 0 ? 'var(--bad)' : 'var(--good)'),
        className: 'lost-shares',
      }),
      Plot.dot(expected, {
        x: 'share',
        y: 'name',
        r: 5,
        symbol: 'diamond',
        fill: 'none',
        stroke: 'var(--accent)',
        strokeWidth: 2,
        className: 'expected-shares',
      }),
      ...(above
        ? [
            Plot.text(all, {
              y: 'name',
              text: 'name',
              frameAnchor: 'left',
              textAnchor: 'start',
              dy: -17,
              fill: 'currentColor',
            }),
          ]
        : []),
    ],
  });
}
