/*
 * What a scenario may give a fault beside its target, as data: `fault: { kind: drain, timeout: 1m }`.
 */

interface Bounds<T> {
  readonly least: T;
  readonly most: T;
  /** If the scenario gives none. */
  readonly byDefault: T;
  /** What it is, for the schema and the docs. */
  readonly words: string;
}

/**
 * In a scenario a share is `20%`, a duration `1m30s`, a count `3`. A fault gets a share as a number from 0 to 1 and a
 * duration in milliseconds of cluster time.
 */
export type ParameterTraits =
  | ({ readonly form: 'share' } & Bounds<string>)
  | ({ readonly form: 'duration' } & Bounds<string>)
  | ({ readonly form: 'count' } & Bounds<number>);
