import * as z from 'zod';
import type { NodeName } from '../base/units.ts';
import { zoneLabel } from '../catalogue/zones.ts';
import { internalAddressOf } from '../kube/addresses.ts';
import { autoscalerTaint, excludeLabel } from '../kube/names.ts';
import type { WatchedObject } from '../kube/watch.ts';
import type { PlannedEdge } from '../plan/schema.ts';
import { helloAnnotation } from './hello.ts';

/** A node that the balancer may send connections to. */
export interface Target {
  readonly name: NodeName;
  readonly address: string;
  /** Added to every port dialled on it (several embedded nodes on one address). */
  readonly portOffset: number;
  /** Its node ports answer a hello once a pod has answered (hello.ts). */
  readonly hello: boolean;
  /** The port to dial in place of the Service's node port: the pod itself is the target, or the node's port that leads to it. */
  readonly podPort?: number;
  /** Absent: it is in none. */
  readonly zone?: string;
}

/** A sort key: the same order whatever the order of events. */
export const byName = (one: Target, other: Target): number => (one.name < other.name ? -1 : 1);

/** What the balancer takes from the Service. */
export interface FollowedService {
  readonly policy: 'Cluster' | 'Local';
  readonly nodePort: number | null;
  readonly healthCheckNodePort: number | null;
  readonly annotations: Readonly<Record<string, string>>;
  /** loadBalancerSourceRanges. Absent: all clients are let in. */
  readonly sourceRanges?: readonly string[];
}

/** What a cloud controller programs into its balancer. */
export interface Desired {
  readonly service: FollowedService | null;
  readonly targets: readonly Target[];
}

export const portOffsetAnnotation = 'midflight.dev/port-offset';

// k8s.io/cloud-provider controllers/service/controller.go: nodes with the exclude label are no targets. Since KEP-3458 (GA in
// 1.30) a node that is NotReady or cordoned stays one.

const nodeShape = z.looseObject({
  spec: z.looseObject({ taints: z.array(z.looseObject({ key: z.string() })).nullish() }).nullish(),
  status: z
    .looseObject({
      addresses: z.array(z.looseObject({ type: z.string(), address: z.string() })).nullish(),
    })
    .nullish(),
});

const serviceShape = z.looseObject({
  spec: z.looseObject({
    externalTrafficPolicy: z.enum(['Cluster', 'Local']).nullish(),
    healthCheckNodePort: z.int().nullish(),
    loadBalancerSourceRanges: z.array(z.string()).nullish(),
    ports: z.array(z.looseObject({ nodePort: z.int().nullish() })).nullish(),
  }),
});

/** Which nodes a controller leaves out, beside those about to go. */
export interface LeftOut {
  readonly excludeNodes: readonly NodeName[];
  /** Whether it takes notice of the exclude label. */
  readonly excludeLabel: PlannedEdge['excludeLabel'];
}

/** The node as a target, or null if the controller leaves it out (or it has no address yet). */
export function targetOf(node: WatchedObject, out: LeftOut): Target | null {
  const { name, labels = {}, annotations = {} } = node.metadata;
  const { status } = nodeShape.parse(node);
  if (out.excludeNodes.includes(name)) return null;
  if (out.excludeLabel === 'honoured' && excludeLabel in labels) return null;
  const address = internalAddressOf({ status });
  if (address === undefined) return null;
  const portOffset = Number.parseInt(annotations[portOffsetAnnotation] ?? '0', 10) || 0;
  const zone = labels[zoneLabel];
  return {
    name,
    address,
    portOffset,
    hello: helloAnnotation in annotations,
    ...(zone === undefined ? {} : { zone }),
  };
}

/**
 * The autoscaler is about to remove the node. A controller leaves it out when it syncs, but stableNodeSetPredicates and
 * shouldSyncUpdatedNode of the same file: the taint by itself makes it sync nothing.
 */
export const hasAutoscalerTaint = (node: WatchedObject): boolean =>
  nodeShape.parse(node).spec?.taints?.some((taint) => taint.key === autoscalerTaint) ?? false;

/** What counts of a Service; its first port is the one that is balanced. */
export function followedService(service: WatchedObject): FollowedService {
  const { spec } = serviceShape.parse(service);
  // Kubernetes lets spaces pass around a range (ValidateService, "due to a historical accident").
  const sourceRanges = (spec.loadBalancerSourceRanges ?? []).map((range) => range.trim());
  return {
    policy: spec.externalTrafficPolicy ?? 'Cluster',
    nodePort: spec.ports?.[0]?.nodePort || null,
    healthCheckNodePort: spec.healthCheckNodePort || null,
    annotations: service.metadata.annotations ?? {},
    ...(sourceRanges.length === 0 ? {} : { sourceRanges }),
  };
}
