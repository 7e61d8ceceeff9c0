import type { V1Pod } from '@kubernetes/client-node';
import { hasReadyCondition } from './ready.ts';

/** Its containers have all ended for good: it serves nobody, and a controller does not count it. */
export const isOver = ({ status }: V1Pod): boolean =>
  status?.phase === 'Failed' || status?.phase === 'Succeeded';

/** Neither over nor being deleted. */
export const isLive = (pod: V1Pod): boolean => pod.metadata?.deletionTimestamp === undefined && !isOver(pod);

/** Live, and its Ready condition is True. */
export const isReadyPod = (pod: V1Pod): boolean => isLive(pod) && hasReadyCondition(pod);
