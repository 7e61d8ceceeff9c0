import { isDeepStrictEqual } from 'node:util';
import type { KubeConfig } from '@kubernetes/client-node';
import type { NodeName } from '../base/units.ts';
import { serviceNameLabel } from '../kube/endpoints.ts';
import type { ServiceRef } from '../kube/patch.ts';
import { watchResource } from '../kube/watch.ts';
import { type Endpoint, readyEndpoints } from './endpoints.ts';
import {
  byName,
  type Desired,
  type FollowedService,
  followedService,
  hasAutoscalerTaint,
  type LeftOut,
  type Target,
  targetOf,
} from './targets.ts';

interface FollowOptions extends LeftOut {
  readonly kubeConfig: KubeConfig;
  readonly service: ServiceRef;
  /** Real milliseconds. */
  readonly reconcileDelayMs: number;
  /** What the controller puts behind the balancer. */
  readonly backends: (
    service: FollowedService | null,
    nodes: readonly Target[],
    endpoints: readonly Endpoint[],
  ) => readonly Target[];
  /** The autoscaler's taint alone makes it act, for the presets that define it. */
  readonly actsOnTaint: boolean;
  apply(desired: Desired): void;
  onError(error: unknown): void;
}

/**
 * Follows the Service and the Nodes as a cloud controller does: it acts `reconcileDelayMs` after a change, on all that it
 * has seen by then; what was there at the start takes hold at once. Nodes that are labelled together leave together:
 * k8s.io/cloud-provider controllers/service/controller.go, syncNodes and nodeSyncService, list the nodes when they work.
 */
export function followCluster(options: FollowOptions): {
  readonly ready: Promise<void>;
  /** What apply() got last; null: nothing yet. */
  readonly applied: Desired | null;
  stop(): void;
} {
  const { kubeConfig, service: ref } = options;
  const targets = new Map<NodeName, Target>();
  const leaving = new Set<NodeName>();
  const slices = new Map<string, Endpoint[]>();
  let pending: NodeJS.Timeout | null = null;
  let service: FollowedService | null = null;
  let last: Desired | null = null;
  /** What makes it act, as it was when it did so last. */
  let lastCause: Desired | null = null;
  let listed = false;

  const desired = (): Desired => among(({ name }) => !leaving.has(name));
  const cause = (): Desired => (options.actsOnTaint ? desired() : among(() => true));
  const among = (included: (target: Target) => boolean): Desired => {
    const nodes = [...targets.values()].filter(included).sort(byName);
    return { service, targets: options.backends(service, nodes, [...slices.values()].flat()) };
  };
  const sync = () => {
    pending = null;
    lastCause = cause();
    const found = desired();
    if (last !== null && isDeepStrictEqual(found, last)) return; // changed back meanwhile
    last = found;
    options.apply(found);
  };
  const seen = () => {
    if (!listed || pending !== null) return;
    if (lastCause !== null && isDeepStrictEqual(cause(), lastCause)) return; // a heartbeat, say
    if (last === null || options.reconcileDelayMs === 0) return sync();
    pending = setTimeout(sync, options.reconcileDelayMs);
  };
  const nodes = watchResource({
    kubeConfig,
    path: '/api/v1/nodes',
    onEvent(change, node) {
      const target = change === 'deleted' ? null : targetOf(node, options);
      if (target === null) targets.delete(node.metadata.name);
      else targets.set(target.name, target);
      if (change !== 'deleted' && hasAutoscalerTaint(node)) leaving.add(node.metadata.name);
      else leaving.delete(node.metadata.name);
      seen();
    },
    onError: options.onError,
  });
  const services = watchResource({
    kubeConfig,
    path: `/api/v1/namespaces/${ref.namespace}/services`,
    query: { fieldSelector: `metadata.name=${ref.name}` },
    onEvent(change, object) {
      if (object.metadata.name !== ref.name) return;
      service = change === 'deleted' ? null : followedService(object);
      seen();
    },
    onError: options.onError,
  });
  const endpoints = watchResource({
    kubeConfig,
    path: `/apis/discovery.k8s.io/v1/namespaces/${ref.namespace}/endpointslices`,
    query: { labelSelector: `${serviceNameLabel}=${ref.name}` },
    onEvent(change, slice) {
      if (change === 'deleted') slices.delete(slice.metadata.name);
      else slices.set(slice.metadata.name, readyEndpoints(slice));
      seen();
    },
    onError: options.onError,
  });
  const ready = Promise.all([nodes.ready, services.ready, endpoints.ready]).then(() => {
    listed = true;
    seen();
  });
  return {
    ready,
    get applied() {
      return last;
    },
    stop() {
      nodes.stop();
      services.stop();
      endpoints.stop();
      if (pending !== null) clearTimeout(pending);
    },
  };
}
