import { type FaultTraits, type NodeLook, traitsOf } from '../catalogue/faults.ts';
import type { Phase } from '../history/schema.ts';

/** Phases of a trial, as the live view names them. */
export const phaseWords: Record<Phase, string> = {
  prepare: 'preparing',
  ramp: 'starting the load',
  steady: 'checking the steady state',
  flip: 'changing the policy',
  settle: 'after the flip',
  fault: 'injecting the fault',
  observe: 'observing',
  finish: 'letting the streams end',
  recover: 'bringing the node back',
};

/** How the node of a fault is shown. `down`: nothing on it answers any more. */
export interface Hit {
  readonly node: string;
  readonly word: string;
  readonly down: boolean;
}

type Moment = keyof FaultTraits['looks'];

/** Null: a history may name a fault that this version does not know. */
export function lookOfFault(name: string, at: Moment): NodeLook | null {
  return traitsOf(name)?.looks[at] ?? null;
}
