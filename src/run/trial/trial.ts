import type { NodeName } from '../../base/units.ts';
import type { Fault } from '../../faults/index.ts';
import type { Phase } from '../../history/schema.ts';
import type { PlannedTrial } from '../../plan/schema.ts';
import type { Strategy } from '../../policies/index.ts';
import type { Run } from '../run.ts';

/** Room for a noisy machine on top of every limit, real milliseconds. */
export const noise = 10_000;
/** Room for what has no timer of its own, cluster time. */
export const slack = 60_000;

export type TrialOutcome = 'completed' | 'aborted' | 'interrupted' | 'failed';

/** One trial under way. */
export interface Trial {
  readonly run: Run;
  readonly planned: PlannedTrial;
  readonly strategy: Strategy;
  readonly fault: Fault | null;
  readonly target: NodeName | null;
  /** Aborted by the user, or as soon as the trial cannot be trusted any more. */
  readonly signal: AbortSignal;
  phase(phase: Phase): void;
  note(text: string): void;
  /** The node may have to be brought back. */
  broken: boolean;
}

/** Writes a moment of the trial's fault. */
export function disturbed(
  trial: Trial,
  fault: Fault,
  node: NodeName,
  at: 'done' | 'recover' | 'recovered' | 'failed',
  detail: string,
): void {
  const { run, planned } = trial;
  const event = { type: 'disturbance', kind: 'fault', trial: planned.index, name: fault.kind } as const;
  run.record({ ...event, t: run.clock.now(), at, node, detail });
}
