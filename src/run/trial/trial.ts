import type { NodeName } from '../../base/units.ts';
import type { Fault } from '../../faults/index.ts';
import type { EventOf } from '../../history/schema.ts';
import type { PlannedTrial } from '../../plan/schema.ts';
import type { Strategy } from '../../policies/index.ts';
import type { Loads } from '../loads.ts';
import type { Run } from '../run.ts';
import type { TrialSession } from './body.ts';

/** Room for a noisy machine on top of every limit, real milliseconds. */
export const noise = 10_000;
/** Room for what has no timer of its own, cluster time. */
export const slack = 60_000;

/** One trial under way. */
export interface Trial extends TrialSession {
  readonly run: Run;
  readonly planned: PlannedTrial;
  readonly strategy: Strategy;
  readonly fault: Fault | null;
  /** The nodes that its fault hits, in their order; none: it has no fault. */
  readonly targets: readonly NodeName[];
  /** What loads it; null: not yet. */
  loads: Loads | null;
  /** The mark before the fault's changes in the log; null: it has changed nothing yet. */
  faultMark: number | null;
  /** The mark before the switchover's changes in the log; null: it has changed nothing yet. */
  flipMark: number | null;
  /** The nodes that our edge sent to, or checked, before the switchover; null: it has changed nothing yet. */
  targetsBefore: ReadonlySet<NodeName> | null;
}

type Disturbance = EventOf<'disturbance'>;

/** Writes a moment of a disturbance of this trial: now, unless `t` is given. */
export function disturbed(
  { run, planned }: Trial,
  event: Pick<Disturbance, 'kind' | 'name' | 'node' | 'at' | 'detail'> &
    Partial<Pick<Disturbance, 't' | 'affected' | 'lasts' | 'nodes' | 'pods'>>,
): void {
  run.record({ type: 'disturbance', t: run.clock.now(), trial: planned.index, affected: null, ...event });
}

/** Nodes as the history names them: the first, and all of them if there are several. */
export const namesOf = (nodes: readonly NodeName[]) => ({
  node: nodes[0] ?? null,
  ...(nodes.length > 1 ? { nodes: [...nodes] } : {}),
});

/** What the fault hits, in a sentence. */
export const nodesWords = ({ targets, run }: Trial): string =>
  targets.length === 0 ? `the pods of ${run.plan.fault?.pod ?? 'the workload'}` : targets.join(' and ');
