import { type AnyKind, anyKind } from '../change.ts';
import { daemonSet } from './daemon-set.ts';
import { nodeCordon } from './node-cordon.ts';
import { nodeLabel } from './node-label.ts';
import { nodeTaint } from './node-taint.ts';
import { placement } from './placement.ts';
import { podDeletion } from './pod-deletion.ts';
import { podEviction } from './pod-eviction.ts';
import { runLeaseHold } from './run-lease.ts';
import { serviceAnnotation } from './service-annotation.ts';
import { serviceDistribution } from './service-distribution.ts';
import { wholeService } from './service-object.ts';
import { servicePolicy } from './service-policy.ts';
import { workloadRestart } from './workload-restart.ts';

/** Every kind of change that needs no more than the cluster's API. Providers add their own. */
export const apiKinds: readonly AnyKind[] = [
  anyKind(daemonSet),
  anyKind(nodeCordon),
  anyKind(nodeLabel),
  anyKind(nodeTaint),
  anyKind(placement),
  anyKind(podDeletion),
  anyKind(podEviction),
  anyKind(runLeaseHold),
  anyKind(serviceAnnotation),
  anyKind(serviceDistribution),
  anyKind(wholeService),
  anyKind(servicePolicy),
  anyKind(workloadRestart),
];

export { runLease } from './run-lease.ts';
export {
  daemonSet,
  nodeCordon,
  nodeLabel,
  nodeTaint,
  placement,
  podDeletion,
  podEviction,
  runLeaseHold,
  serviceAnnotation,
  serviceDistribution,
  servicePolicy,
  wholeService,
  workloadRestart,
};
