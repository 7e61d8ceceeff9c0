import { isDeepStrictEqual } from 'node:util';
import type { KubeConfig } from '@kubernetes/client-node';
import type { NodeName } from '../base/units.ts';
import type { ServiceRef } from '../kube/patch.ts';
import { watchResource } from '../kube/watch.ts';
import { type Endpoint, readyEndpoints } from './endpoints.ts';
import {
  byName,
  type Desired,
  type FollowedService,
  followedService,
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
  /** Whether it follows the Service's EndpointSlices at all. */
  readonly followEndpoints: boolean;
  apply(desired: Desired): void;
  onError(error: unknown): void;
}

/**
 * Follows the Service and the Nodes as a cloud controller does: what it sees takes hold `reconcileDelayMs` later, each
 * change in its turn; what was there at the start takes hold at once.
 */
export function followCluster(options: FollowOptions): { readonly ready: Promise<void>; stop(): void } {
  const { kubeConfig, service: ref } = options;
  const targets = new Map<NodeName, Target>();
  const slices = new Map<string, Endpoint[]>();
  const pending = new Set<NodeJS.Timeout>();
  let service: FollowedService | null = null;
  let last: Desired | null = null;
  let listed = false;

  const seen = () => {
    if (!listed) return;
    const nodes = [...targets.values()].sort(byName);
    const desired: Desired = {
      service,
      targets: options.backends(service, nodes, [...slices.values()].flat()),
    };
    if (last !== null && isDeepStrictEqual(desired, last)) return; // a heartbeat, say
    const delayMs = last === null ? 0 : options.reconcileDelayMs;
    last = desired;
    if (delayMs === 0) return options.apply(desired);
    const timer = setTimeout(() => {
      pending.delete(timer);
      options.apply(desired);
    }, delayMs);
    pending.add(timer);
  };
  const nodes = watchResource({
    kubeConfig,
    path: '/api/v1/nodes',
    onEvent(change, node) {
      const target = change === 'deleted' ? null : targetOf(node, options);
      if (target === null) targets.delete(node.metadata.name);
      else targets.set(target.name, target);
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
  const endpoints = options.followEndpoints
    ? watchResource({
        kubeConfig,
        path: `/apis/discovery.k8s.io/v1/namespaces/${ref.namespace}/endpointslices`,
        query: { labelSelector: `kubernetes.io/service-name=${ref.name}` },
        onEvent(change, slice) {
          if (change === 'deleted') slices.delete(slice.metadata.name);
          else slices.set(slice.metadata.name, readyEndpoints(slice));
          seen();
        },
        onError: options.onError,
      })
    : null;
  const ready = Promise.all([nodes.ready, services.ready, endpoints?.ready]).then(() => {
    listed = true;
    seen();
  });
  return {
    ready,
    stop() {
      nodes.stop();
      services.stop();
      endpoints?.stop();
      for (const timer of pending) clearTimeout(timer);
    },
  };
}
