import { type AnyKind, anyKind } from '../change.ts';
import { daemonSet } from './daemon-set.ts';
import { nodeCommand } from './node-command.ts';
import { nodeCordon } from './node-cordon.ts';
import { nodeExclusion } from './node-exclusion.ts';
import { nodeLabel } from './node-label.ts';
import { nodeDeletion } from './node-object.ts';
import { nodeTaint } from './node-taint.ts';
import { placement } from './placement.ts';
import { podDeletion } from './pod-deletion.ts';
import { podEviction } from './pod-eviction.ts';
import { runLeaseHold } from './run-lease.ts';
import { serviceAnnotation } from './service-annotation.ts';
import { serviceDistribution } from './service-distribution.ts';
import { wholeService } from './service-object.ts';
import { servicePolicy } from './service-policy.ts';
import { shortPod } from './short-pod.ts';
import { workloadRestart } from './workload-restart.ts';
import { workloadScale } from './workload-scale.ts';

/** Every kind of change that needs no more than the cluster's API. Providers add their own. */
export const apiKinds: readonly AnyKind[] = [
  anyKind(daemonSet),
  anyKind(nodeCommand),
  anyKind(nodeCordon),
  anyKind(nodeDeletion),
  anyKind(nodeExclusion),
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
  anyKind(shortPod),
  anyKind(workloadRestart),
  anyKind(workloadScale),
];

export { holderHere, holdersIn, processOfHolder, runLease } from './run-lease.ts';
export {
  daemonSet,
  nodeCommand,
  nodeCordon,
  nodeDeletion,
  nodeExclusion,
  nodeLabel,
  nodeTaint,
  placement,
  podDeletion,
  podEviction,
  runLeaseHold,
  serviceAnnotation,
  serviceDistribution,
  servicePolicy,
  shortPod,
  wholeService,
  workloadRestart,
  workloadScale,
};
