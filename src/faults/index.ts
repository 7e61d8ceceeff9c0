import type { FaultKind } from '../catalogue/faults.ts';
import { drain } from './drain.ts';
import type { Fault } from './fault.ts';
import { podDelete } from './pod-delete.ts';
import { podKill } from './pod-kill.ts';
import { powerOff } from './power-off.ts';
import { preempt } from './preempt.ts';
import { rollout } from './rollout.ts';
import { unplug } from './unplug.ts';

/** Every fault that a scenario may name. */
export const faults = {
  'power-off': powerOff,
  unplug,
  preempt,
  drain,
  'pod-kill': podKill,
  'pod-delete': podDelete,
  rollout,
} satisfies Record<FaultKind, Fault>;

export type { Fault, FaultContext, FaultEffect, NodePod } from './fault.ts';
