import type { CoreV1Api } from '@kubernetes/client-node';
import type { Clock } from '../base/clock.ts';
import { MidflightError, placedAdviceOf } from '../base/errors.ts';
import type { Milliseconds, NodeName } from '../base/units.ts';
import type { ChangeLog } from '../changes/change-log.ts';
import { type Reason, type ReasonCode, reasonOf } from '../history/codes.ts';
import type { HistoryEvent, TopologyNode } from '../history/schema.ts';
import type { LoadTarget } from '../load/config.ts';
import type { Plan, PlannedTrial } from '../plan/schema.ts';
import type { BalancerSight } from '../policies/index.ts';
import type { Provider, Workload } from '../providers/provider.ts';
import type { LoadHosts } from './agents.ts';
import type { SecondFront } from './second-front.ts';
import type { ProgressReport, RunState } from './state.ts';

/** Which nodes hold how many pods of ingress and app. */
export type PodCounts = Record<'ingress' | 'app', ReadonlyMap<NodeName, number>>;

/** Everything the steps of one run share. */
export interface Run {
  readonly plan: Plan;
  readonly provider: Provider;
  readonly workload: Workload;
  readonly topology: readonly TopologyNode[];
  readonly core: CoreV1Api;
  /** Whatever is changed in the cluster goes through here. */
  readonly changes: ChangeLog;
  readonly state: RunState;
  readonly clock: Clock;
  /** Aborted when the user wants it to end. */
  readonly signal: AbortSignal;
  /** Into the history, the state and the live view. */
  record(event: HistoryEvent): void;
  /** What is no history: progress for the live view and the trigger. */
  progress(load: string, message: ProgressReport): void;
  /** The placement of the pods when all was well. */
  readonly placement: PodCounts;
  /** A second balancer beside ours. Null: the front is not ours. */
  readonly second: SecondFront | null;
  /** What streams connect to. */
  readonly target: LoadTarget;
  readonly probeTarget: LoadTarget;
  /** What a balancer that is not ours must have done by now. Null: ours reports it itself, or nobody does. */
  readonly sight: BalancerSight | null;
  /** The host that each load is sent from. */
  readonly loadHosts: Pick<LoadHosts, 'hostOf'>;
  /** No other trial comes to this cluster after it. Asked when it is nearly over. */
  isLast(planned: PlannedTrial): boolean;
}

/** Real milliseconds of a cluster time. */
export function realMs(plan: Plan, ms: Milliseconds): number {
  return ms / plan.timeScale;
}

/** A reason why a trial cannot go on and is `unknown`; the run itself goes on. */
export class TrialSpoiled extends Error {
  readonly reason: Reason;

  constructor(code: ReasonCode, text: string) {
    super(text);
    this.reason = { code, text };
  }
}

/** How a run ended, and why if it did not come to its own end. */
export interface RunEnd {
  readonly outcome: 'completed' | 'aborted' | 'interrupted' | 'failed';
  readonly reason: Reason | null;
}

/** How a run ends that does not come to its own end, and why: interrupted only if the user (or a signal) asked for it. */
export function endOf(
  signal: AbortSignal,
  thrown: unknown,
): { readonly outcome: 'interrupted' | 'failed'; readonly reason: Reason } {
  const cause: unknown = signal.aborted ? signal.reason : thrown;
  return {
    outcome: isInterrupted(cause) ? 'interrupted' : 'failed',
    reason: reasonOf(cause, placedAdviceOf(cause)),
  };
}

/** True if the user (or a signal) asked for the end. */
export function isInterrupted(error: unknown): boolean {
  return error instanceof MidflightError && error.code === 'interrupted';
}
