import { type Nanoseconds, nsPerMs } from '../base/units.ts';

/** Turns the history's real nanoseconds into cluster time. */
export interface ClusterTime {
  /** Seconds of cluster time from one instant to another, to the microsecond. */
  seconds(from: Nanoseconds, to: Nanoseconds): number;
  /** Real nanoseconds of a cluster time in milliseconds. */
  ns(clusterMs: number): Nanoseconds;
  /** Cluster milliseconds of real nanoseconds. */
  ms(ns: Nanoseconds): number;
}

export function clusterTime(timeScale: number): ClusterTime {
  const round = (seconds: number) => Math.round(seconds * 1e6) / 1e6;
  return {
    seconds: (from, to) => round(((to - from) * timeScale) / (1000 * nsPerMs)),
    ns: (clusterMs) => (clusterMs / timeScale) * nsPerMs,
    ms: (ns) => (ns * timeScale) / nsPerMs,
  };
}
