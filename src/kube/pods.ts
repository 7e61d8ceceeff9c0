import { hasReadyCondition, type WithConditions } from './ready.ts';

/** A pod, as far as these questions go: of the Kubernetes client, or of the embedded API server. */
interface WithLife extends WithConditions {
  readonly metadata?: { readonly deletionTimestamp?: unknown } | undefined;
  readonly status?: (WithConditions['status'] & { readonly phase?: string | undefined }) | undefined;
}

/** Its containers have all ended for good: it serves nobody, and a controller does not count it. */
export const isOver = ({ status }: Pick<WithLife, 'status'>): boolean =>
  status?.phase === 'Failed' || status?.phase === 'Succeeded';

/** It is being deleted: it may still serve until its grace period ends. */
export const isBeingDeleted = ({ metadata }: Pick<WithLife, 'metadata'>): boolean =>
  metadata?.deletionTimestamp !== undefined;

/** Neither over nor being deleted (pkg/controller/controller_utils.go: IsPodActive). */
export const isLive = (pod: WithLife): boolean => !isBeingDeleted(pod) && !isOver(pod);

/** Live, and its Ready condition is True. */
export const isReadyPod = (pod: WithLife): boolean => isLive(pod) && hasReadyCondition(pod);

/** Waiting reasons that no waiting cures: pkg/kubelet/images/types.go and pkg/kubelet/kuberuntime (v1.34). */
const hopeless: ReadonlySet<string | undefined> = new Set([
  'ErrImageNeverPull',
  'ImagePullBackOff',
  'InvalidImageName',
  'CreateContainerConfigError',
]);

/** Its container waits for what will not come. */
export const neverStarts = (reason: string | undefined): boolean => hopeless.has(reason);
