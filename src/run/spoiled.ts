import type { Reason } from '../history/codes.ts';
import type { RunState } from './state.ts';
import type { TrialOutcome } from './trial/body.ts';

interface ClusterAfterTrial {
  /** It came up. */
  readonly opened: boolean;
  /** The edge is ours, and it has ended. */
  readonly edgeEnded: boolean;
  /** How the last trial on it ended; null: it was not begun. */
  readonly last: TrialOutcome | null;
  readonly state: Pick<RunState, 'gone' | 'failures'>;
}

/**
 * Why no other trial should come to a cluster that can be replaced; null: it is as it was before the last one. After a trial
 * that did not come to its end, or in which a part of ours failed, nobody knows what is left of it.
 */
export function spoiledBy({ opened, edgeEnded, last, state }: ClusterAfterTrial): Reason | null {
  if (!opened) return { code: 'cluster-failed', text: 'it did not come up' };
  if (state.gone !== null) return state.gone;
  if (edgeEnded) return { code: 'edge-ended', text: 'the edge ended unexpectedly' };
  const [failure] = state.failures;
  if (failure !== undefined) return failure;
  if (last === 'completed') return null;
  return { code: 'not-restored', text: 'the last trial on it did not come to its end' };
}
