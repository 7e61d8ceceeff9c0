/*
 * Why a clock has no value, or why its value has a bound only, as data.
 */

interface ClockCodeTraits {
  /** What is shown in place of a value. `-`: there was nothing to measure. `unknown`: there was, and it was not measured. */
  readonly mark: string;
  /** How a known bound is shown: `>= 2.7 s`, or behind the mark `never recovered after 32.0 s`; null: it is not. */
  readonly bound: 'at-least' | 'after' | null;
  /** A late instrument may have missed it; false: it cannot be there. */
  readonly mayBeMissed: boolean;
}

const nothing = { mark: '-', bound: null, mayBeMissed: false } as const;
const unknown = { mark: 'unknown', bound: 'at-least', mayBeMissed: false } as const;

const rows = {
  /** An instrument that the clock depends on was late while it mattered. */
  late: unknown,
  /** Probes were not good for the whole stability window before probing ended. */
  'never-recovered': { mark: 'never recovered', bound: 'after', mayBeMissed: true },
  /** An earlier disturbance was not over when this one began. */
  'overlaps-earlier': unknown,
  /** It was not over when the next disturbance began. */
  'cut-short': { ...unknown, mayBeMissed: true },
  /** The load has no probe on this lane. */
  'no-probe': nothing,
  'no-failed-probe': { ...nothing, mayBeMissed: true },
  'no-stream': nothing,
  /** This kind of disturbance has no such clock, or the load balancer did not use the node. */
  'not-applicable': nothing,
  /** The event did not come before the disturbance's time was over. */
  'not-seen': { mark: 'not seen', bound: 'at-least', mayBeMissed: true },
  'nothing-disturbed': nothing,
} as const satisfies Record<string, ClockCodeTraits>;

export type ClockCode = keyof typeof rows;
export const clockCodes = Object.keys(rows) as [ClockCode, ...ClockCode[]];
export const clockCodeTraits: Readonly<Record<ClockCode, ClockCodeTraits>> = rows;
