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

/**
 * Due times are sums of fractions: two that should be equal differ in their last bits. Lengths of time are compared to
 * the microsecond.
 */
const tolerance: Nanoseconds = 1000;

/** Whether a length of time reaches another, float error aside. */
export const reaches = (length: Nanoseconds, wanted: Nanoseconds): boolean => length >= wanted - tolerance;
/** The bin of this length that a time since the beginning falls into, float error aside. */
export const binOf = (since: Nanoseconds, binNs: Nanoseconds): number =>
  Math.floor((since + tolerance) / binNs);
