import type { ClockGap, ClockNote, ClockSpread, DisturbanceReport } from '../analysis/schema.ts';
import { clockCodeTraits } from '../catalogue/clock-codes.ts';
import { type ClockName, clockNames, clockTraits } from '../catalogue/clocks.ts';
import { disturbanceTraits } from '../catalogue/disturbances.ts';
import { seconds } from './figures.ts';

/*
 * How clocks read: a value with its resolution, a bound, or why there is none.
 */

/** Those that can have a value: a watch asks no cluster, so its own are those that are read from requests alone. */
export function clocksFor(kind: DisturbanceReport['kind']): readonly ClockName[] {
  if (disturbanceTraits[kind].inCluster) return clockNames;
  return clockNames.filter((name) => clockTraits[name].readFrom === 'requests');
}

/** `never recovered after 32.0 s`, `>= 2.7 s`, `unknown`, `-`. */
export function missing({ code, atLeastSeconds: least }: Pick<ClockNote, 'code' | 'atLeastSeconds'>): string {
  const { mark, bound } = clockCodeTraits[code ?? 'late'];
  if (least === null || bound === null) return mark;
  if (bound === 'after') return `${mark} after ${seconds(least)}`;
  return least > 0 ? `>= ${seconds(least)}` : mark;
}

/** One clock of one disturbance: its value, and beside it how finely it was measured, or why it has none. */
export function clockCells(
  name: ClockName,
  { clocksSeconds, clockNotes }: Pick<DisturbanceReport, 'clocksSeconds' | 'clockNotes'>,
): [string, string] {
  const value = clocksSeconds[name];
  const note = clockNotes[name];
  if (value === null) return [note === undefined ? '-' : missing(note), note?.reason ?? ''];
  return [`${value.toFixed(2)} s`, resolution(note?.resolutionSeconds ?? null)];
}

/** `resolution 0.5 s`. */
export const resolution = (value: number | null): string =>
  value === null ? '' : `resolution ${Number(value.toFixed(value < 0.1 ? 3 : 1))} s`;

/**
 * A failover over repeats: `24.9 s, resolution 0.5 s`, or median and range `24.9 s (24.7..25.1), resolution 0.5 s`; `none`
 * if nothing failed; then the repeats that have no value, `1 of 3 never recovered after 32.0 s`. `-`: not measured.
 */
export function failoverText(spread: ClockSpread | null, gaps: readonly ClockGap[]): string {
  const total = (spread?.repeats ?? 0) + gaps.reduce((sum, { repeats }) => sum + repeats, 0);
  const known = spread === null ? [] : [spreadText(spread)];
  const named = gaps.map((gap) => {
    const text = missing(gap);
    if (text === '-' || gap.repeats === total) return text;
    return `${gap.repeats} of ${total} ${text}`;
  });
  const parts = [...known, ...new Set(named.filter((text) => text !== '-'))];
  return parts.length === 0 ? '-' : parts.join('; ');
}

function spreadText({ median, min, max, interval }: ClockSpread): string {
  if (max === 0) return 'none';
  const range = max - min < 0.05 ? '' : ` (${min.toFixed(1)}..${max.toFixed(1)})`;
  const fine = interval.high - max;
  return `${seconds(median)}${range}${fine < 0.005 ? '' : `, ${resolution(fine)}`}`;
}
