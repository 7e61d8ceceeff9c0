import type { Milliseconds } from './units.ts';

/**
 * What a container still has after its preStop hook if that used up the grace period: minimumGracePeriodInSeconds of
 * pkg/kubelet/kuberuntime/kuberuntime_container.go.
 */
export const leastGraceMs: Milliseconds = 2000;
