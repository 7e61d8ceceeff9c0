import type { NodeName } from '../base/units.ts';
import { withinNetworks } from './address.ts';
import { type ConntrackEntry, isLiveFlow } from './conntrack.ts';

/** A Service whose connections come in through nodes. */
export interface TransitService {
  /** `namespace/name` */
  readonly key: string;
  readonly ports: readonly {
    /** `tcp`, `udp`, `sctp` */
    readonly protocol: string;
    readonly port: number;
    readonly nodePort: number | null;
  }[];
  /** Its balancer's addresses and spec.externalIPs: packets to these come in without being rewritten by the balancer. */
  readonly addresses: ReadonlySet<string>;
  /** The node of each endpoint by its address, terminating ones too; null: no node is named. */
  readonly endpoints: ReadonlyMap<string, NodeName | null>;
}

/** A node whose table is read. */
export interface TransitNode {
  readonly name: NodeName;
  /** Networks of its own pods (spec.podCIDRs). */
  readonly podNetworks: readonly string[];
}

/** Live connections of Services that come in through one node. */
interface NodeCount {
  /** They belong to pods of other nodes, or to none: what its death cuts though no pod of it is needed. */
  readonly transit: number;
  /** They belong to pods of this node. */
  readonly local: number;
  /** Their pod is no longer an endpoint: they have ended, or are about to. */
  readonly gone: number;
}

interface CountedNode extends NodeCount {
  readonly node: NodeName;
  /** By Service; those without any are left out. */
  readonly services: readonly (NodeCount & { readonly service: string })[];
}

/**
 * Counts what passes through a node, from its table. Connections that its own pods have opened are left out: they end with
 * their client whatever becomes of the path. So are those that came from another node to a pod here: their original
 * destination is the pod.
 */
export function countTransit(
  { name, podNetworks }: TransitNode,
  flows: readonly ConntrackEntry[],
  services: readonly TransitService[],
): CountedNode {
  const ofOwnPod = withinNetworks(podNetworks);
  const counts = new Map<string, Record<Where, number>>();
  for (const flow of flows) {
    if (!isLiveFlow(flow) || ofOwnPod(flow.original.source)) continue;
    const service = services.find((one) => isOf(flow, one));
    const where = service === undefined ? null : whereOf(flow, service, name);
    if (service === undefined || where === null) continue;
    const count = counts.get(service.key) ?? { transit: 0, local: 0, gone: 0 };
    count[where] += 1;
    counts.set(service.key, count);
  }
  const each = [...counts].map(([service, count]) => ({ service, ...count }));
  const sum = (where: Where) => each.reduce((total, count) => total + count[where], 0);
  return {
    node: name,
    transit: sum('transit'),
    local: sum('local'),
    gone: sum('gone'),
    services: each.sort((one, other) => (one.service < other.service ? -1 : 1)),
  };
}

type Where = keyof NodeCount;

/** It came in by a node port, on any address, or by the balancer's own address and the Service's port. */
function isOf({ protocol, original }: ConntrackEntry, { ports, addresses }: TransitService): boolean {
  const { destination, destinationPort } = original;
  return ports.some(
    ({ protocol: ofPort, port, nodePort }) =>
      ofPort === protocol &&
      destinationPort !== null &&
      (nodePort === destinationPort || (port === destinationPort && addresses.has(destination))),
  );
}

/** Null: it was not sent on to any endpoint, but ends at a listener of the node itself. */
function whereOf(
  { original, reply }: ConntrackEntry,
  { endpoints }: TransitService,
  node: NodeName,
): Where | null {
  const at = endpoints.get(reply.source);
  if (at !== undefined) return at === node ? 'local' : 'transit';
  return reply.source === original.destination ? null : 'gone';
}
