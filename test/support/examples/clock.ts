import { type ClockReader, none } from '../../../src/analysis/clocks/sources.ts';
import type { ClockTraits } from '../../../src/catalogue/clocks.ts';

/** The row of src/catalogue/clocks.ts: its unit, its words, which instrument reads it and when that makes it doubtful. */
export const lastEjectedTraits = {
  unit: 'seconds',
  words: 'last node ejected by the edge',
  marked: true,
  instruments: ['edge'],
  readFrom: 'cluster',
  doubtful: 'until-read',
  lane: null,
} as const satisfies ClockTraits;

/** The entry of src/analysis/clocks/cluster-clocks.ts: how it is read. */
export const lastEjected: ClockReader = {
  read({ trial, time, disturbance: { at, until } }) {
    const last = trial.health.findLast(({ t, healthy }) => t >= at && t < until && !healthy);
    if (last === undefined) return none('not-seen', 'the edge ejected no node');
    return { seconds: time.seconds(at, last.t), resolution: null };
  },
};
