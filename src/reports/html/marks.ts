import type { DisturbanceReport } from '../../analysis/schema.ts';
import { clockTraits } from '../../catalogue/clocks.ts';
import { seconds } from '../figures.ts';
import type { Mark } from './series.ts';

/** Clocks that are instants on the timeline; the others are sums or lengths, or are shown beside these. */
const shown = ['edgeEjected', 'nodeNotReady', 'failover'] as const;

/** What the clocks of a trial's disturbances measured, as marks on its timeline. */
export function clockMarks(disturbances: readonly DisturbanceReport[]): Mark[] {
  // With several disturbances, each clock names its own.
  const several = disturbances.length > 1;
  return disturbances.flatMap(({ kind, at, clocksSeconds }) =>
    shown.flatMap((name): Mark[] => {
      const value = clocksSeconds[name];
      if (value === null || value === 0) return [];
      return [
        {
          at: at + value,
          kind: 'clock',
          label: `${several ? `${kind}: ` : ''}${clockTraits[name].words} +${seconds(value)}`,
        },
      ];
    }),
  );
}

export interface PlacedMark extends Mark {
  /** 0 is the lowest. */
  readonly row: number;
  /** The label is to the left of its line: it would leave the chart on the right. */
  readonly toLeft: boolean;
}

/** Width of a letter in labels, generously. */
const letter = 6.8;
const gap = 12;

/** Labels in as many rows as it takes for none to cover another. `width`: of the time axis, in the unit of letters. */
export function placeMarks(marks: readonly Mark[], end: number, width: number): PlacedMark[] {
  const rows: { from: number; to: number }[][] = [];
  return [...marks]
    .sort((a, b) => a.at - b.at)
    .map((mark) => {
      const x = (mark.at / end) * width;
      const length = mark.label.length * letter + gap;
      const toLeft = x + length > width && x > length;
      const span = toLeft ? { from: x - length, to: x } : { from: x, to: x + length };
      const free = rows.findIndex((taken) =>
        taken.every(({ from, to }) => span.to <= from || span.from >= to),
      );
      const row = free < 0 ? rows.length : free;
      rows[row] = [...(rows[row] ?? []), span];
      return { ...mark, row, toLeft };
    });
}
