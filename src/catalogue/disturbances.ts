/*
 * What happened in a trial that may cost requests, as data.
 */

interface DisturbanceTraits {
  /** A notice, the fault behind it and its steps are parts of one fault; a flip is a switchover. */
  readonly partOf: 'fault' | 'switchover' | null;
  /** It hits the nodes that it names. */
  readonly hitsNode: boolean;
  /** A cluster was watched meanwhile, so that its clocks can have a value. */
  readonly inCluster: boolean;
}

const fault = { partOf: 'fault', hitsNode: true, inCluster: true } as const;
const switchover = { partOf: 'switchover', hitsNode: false, inCluster: true } as const;
const outside = { partOf: null, hitsNode: false, inCluster: false } as const;

/** The kinds of disturbance, in the order in which they come within a trial. */
const rows = {
  flip: switchover,
  /** A preemption's warning; the power cut is its `fault`. */
  notice: fault,
  fault,
  /** One part of a fault that is done in several: a pod of a rollout. */
  step: fault,
  /** The user's, under `midflight watch`. */
  command: outside,
  /** No command was given: from the last probe that succeeded before the first that failed. */
  outage: outside,
} as const satisfies Record<string, DisturbanceTraits>;

export type DisturbanceKind = keyof typeof rows;
export const disturbanceKinds = Object.keys(rows) as [DisturbanceKind, ...DisturbanceKind[]];
export const disturbanceTraits: Readonly<Record<DisturbanceKind, DisturbanceTraits>> = rows;

export const isPartOf = (kind: DisturbanceKind, whole: 'fault' | 'switchover'): boolean =>
  disturbanceTraits[kind].partOf === whole;
