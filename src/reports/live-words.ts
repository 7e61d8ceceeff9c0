import type { Phase } from '../history/schema.ts';
import type { PlannedFault } from '../plan/schema.ts';

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
  'cool-down': 'cooling down',
};

/** How the node of a fault is shown. `down`: nothing on it answers any more. */
export interface Hit {
  readonly node: string;
  readonly word: string;
  readonly down: boolean;
}

type Look = Omit<Hit, 'node'>;
const down: Look = { word: 'down', down: true };

type Moment = 'notice' | 'begin' | 'done';

/** From its notice, while the fault is being injected, and once it has taken hold. */
const looks: Record<PlannedFault['kind'], { readonly [moment in Moment]?: Look }> = {
  'power-off': { begin: down, done: down },
  unplug: { begin: { word: 'cut off', down: true }, done: { word: 'cut off', down: true } },
  preempt: { notice: { word: 'being preempted', down: false }, begin: down, done: down },
  drain: { begin: { word: 'being drained', down: false }, done: { word: 'drained', down: false } },
  'pod-kill': {
    begin: { word: 'without its killed pod', down: false },
    done: { word: 'without its killed pod', down: false },
  },
};

const isKind = (name: string): name is PlannedFault['kind'] => Object.hasOwn(looks, name);

/** Null: a history may name a fault that this version does not know. */
export function lookOfFault(name: string, at: Moment): Look | null {
  return isKind(name) ? (looks[name][at] ?? null) : null;
}
