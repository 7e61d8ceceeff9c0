import type { WayNeed } from '../catalogue/switchovers.ts';
import { excludeLabel } from '../kube/names.ts';
import type { PlannedEdge } from './schema.ts';

/** The part of a need that the balancer alone decides: why it is not met, in words. Null: it is. */
export const balancerNeeds: Readonly<Record<WayNeed, (edge: PlannedEdge) => string | null>> = {
  // A controller that does nothing at a flip is not enough: the nodes' ports follow the policy all the same.
  'policy-matters': ({ preset, backends, hostPort }) =>
    hostPort !== undefined || Object.values(backends).some(({ from }) => from === 'pods')
      ? `${preset} sends connections to the pods themselves: the policy is moot, and changing it costs nothing`
      : null,
  'exclude-label': ({ preset, excludeLabel: label }) =>
    label === 'honoured' ? null : `${preset} ignores the label ${excludeLabel}`,
  'pinned-check': ({ preset, pinCheck }) =>
    pinCheck === null ? `the health check of ${preset} cannot be set apart from the policy` : null,
  'kept-connections': ({ preset, keepEstablished, onEjected, drainTimeoutMs }) => {
    if (keepEstablished !== null) return null;
    return onEjected === 'persist' && drainTimeoutMs === 0
      ? `${preset} leaves open connections alone already`
      : `${preset} has no setting that leaves open connections alone`;
  },
  'copied-ingress': () => null,
};
