/** What can be done to a node of a cluster that midflight has not made. */
export const liveFaults = ['drain', 'pod-delete', 'command'] as const;
export type LiveFaultName = (typeof liveFaults)[number];
