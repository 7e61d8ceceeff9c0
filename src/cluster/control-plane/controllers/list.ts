import type { Context } from '../context.ts';
import type { Controller } from './controller.ts';
import { daemonSetController } from './daemonset.ts';
import { deploymentController } from './deployment.ts';
import { disruptionController } from './disruption.ts';
import { endpointSliceController } from './endpointslice.ts';
import { garbageCollector } from './garbage-collector.ts';
import { namespaceController } from './namespace.ts';
import { nodeMonitor } from './node-monitor.ts';
import { nodeTaints } from './node-taints.ts';
import { podCollector } from './pod-collector.ts';
import { scheduler } from './scheduler.ts';
import { taintEviction } from './taint-eviction.ts';

/** Every controller, in the order in which one pass runs them. Services are handled in the write itself (admission). */
export const controllers: readonly ((context: Context) => Controller)[] = [
  nodeMonitor,
  nodeTaints,
  taintEviction,
  namespaceController,
  garbageCollector,
  podCollector,
  deploymentController,
  daemonSetController,
  scheduler,
  endpointSliceController,
  disruptionController,
];
