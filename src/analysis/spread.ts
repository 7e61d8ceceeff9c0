import { median } from 'simple-statistics';
import { bootstrapMedian } from './bootstrap.ts';
import type { ClockSpread, DisturbanceReport } from './schema.ts';

/** The failover of these disturbances; null: none has one. */
export function spread(disturbances: readonly DisturbanceReport[]): ClockSpread | null {
  const known = disturbances.flatMap(({ clocksSeconds, clockNotes }) => {
    const { failover, lastFailedProbe } = clocksSeconds;
    if (failover === null) return [];
    const resolution = clockNotes.failover?.resolutionSeconds ?? 0;
    return [{ failover, low: lastFailedProbe ?? 0, high: failover + resolution }];
  });
  if (known.length === 0) return null;
  const seconds = known.map(({ failover }) => failover);
  return {
    median: median(seconds),
    min: Math.min(...seconds),
    max: Math.max(...seconds),
    interval: {
      low: Math.min(...known.map(({ low }) => low)),
      high: Math.max(...known.map(({ high }) => high)),
    },
    bootstrap: bootstrapMedian(known),
    repeats: known.length,
  };
}
