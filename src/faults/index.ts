import type { FaultKind } from '../catalogue/faults.ts';
import { commanded } from './command.ts';
import { drain } from './drain.ts';
import type { Fault } from './fault.ts';
import { kubeletStop } from './kubelet-stop.ts';
import { nodeAdd } from './node-add.ts';
import { podDelete } from './pod-delete.ts';
import { podKill } from './pod-kill.ts';
import { powerOff } from './power-off.ts';
import { preempt } from './preempt.ts';
import { rollout } from './rollout.ts';
import { rulesStale } from './rules-stale.ts';
import { scale } from './scale.ts';
import { scaleDown } from './scale-down.ts';
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
  scale,
  'kubelet-stop': kubeletStop,
  'scale-down': scaleDown,
  'rules-stale': rulesStale,
  'node-add': nodeAdd,
  command: commanded,
} satisfies Record<FaultKind, Fault>;

export type { Fault, FaultContext, FaultEffect, NodePod } from './fault.ts';
