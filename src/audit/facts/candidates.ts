import { excludeLabel } from '../../kube/names.ts';
import { readyConditionOf } from '../../kube/ready.ts';
import type { Lists, Node, Service } from '../snapshot.ts';
import type { BalancerId } from './balancers.ts';

/** A node as a balancer sees it. */
export interface NodeFacts {
  readonly name: string;
  readonly zone: string | null;
  /** The mark by which it is preemptible, `key=value`; null: it is not. */
  readonly spot: string | null;
  readonly node: Node;
}

/** Nodes that a kind of balancer may send to under Cluster, with why others may not, as counts. */
export interface Candidates {
  readonly nodes: readonly NodeFacts[];
  readonly names: ReadonlySet<string>;
  /** Nodes that the user left out by label, that are not Ready, and so on. */
  readonly left: ReadonlyMap<string, number>;
}

/** Annotations that choose nodes by label: `key=value,key=value`. */
const selectorKeys = [
  'service.beta.kubernetes.io/aws-load-balancer-target-node-labels',
  'oci.oraclecloud.com/node-label-selector',
  'oci-network-load-balancer.oraclecloud.com/node-label-selector',
  'load-balancer.hetzner.cloud/node-selector',
];

/** Labels whose value decides, since Kubernetes 1.34's service controller; others only look whether the label is there. */
const byValue: ReadonlySet<BalancerId> = new Set([
  'aws-nlb-intree',
  'aws-clb',
  'digitalocean',
  'hetzner',
  'octavia',
  'oci',
]);

/**
 * Candidate sets for many Services: Services whose balancers choose alike share one set, so that thousands of Services on
 * thousands of nodes take little memory. `version`: the API server's, `1.34`.
 */
export function candidateSets(facts: readonly NodeFacts[], lists: Lists, version: string | null) {
  const known = new Map<string, Candidates>();
  return (service: Service, id: BalancerId): Candidates => {
    const selector = selectorKeys
      .map((key) => service.metadata.annotations[key])
      .find((text) => text !== undefined);
    const announcer = id === 'metallb' ? announcerOf(service, lists) : null;
    const honoursValue = byValue.has(id) && atLeast(version, 34);
    const key = JSON.stringify([selector ?? '', announcer ?? '', honoursValue]);
    const made = known.get(key) ?? choose(facts, selector ?? '', announcer, honoursValue);
    known.set(key, made);
    return made;
  };
}

function choose(
  facts: readonly NodeFacts[],
  selector: string,
  announcer: string | null,
  honoursValue: boolean,
): Candidates {
  const left = new Map<string, number>();
  const nodes = facts.filter((one) => {
    const why = leftOut(one.node, selector, announcer, honoursValue);
    if (why !== null) left.set(why, (left.get(why) ?? 0) + 1);
    return why === null;
  });
  return { nodes, names: new Set(nodes.map(({ name }) => name)), left };
}

/** Why a balancer does not use a node; null: it does. */
function leftOut(
  node: Node,
  selector: string,
  announcer: string | null,
  honoursValue: boolean,
): string | null {
  const { name, labels } = node.metadata;
  if (announcer !== null) return name === announcer ? null : 'does not announce the address';
  const excluded = labels[excludeLabel];
  if (excluded !== undefined && !(honoursValue && excluded === 'false')) return `label ${excludeLabel}`;
  const virtual = labels.type === 'virtual-kubelet' || labels['eks.amazonaws.com/compute-type'] === 'fargate';
  if (virtual) return 'is a virtual node';
  if (isLeaving(node) !== null) return 'is being removed';
  const ready = readyConditionOf(node);
  if (ready !== undefined && ready.status !== 'True') return 'is not Ready';
  const fits = selector
    .split(',')
    .filter((part) => part.trim() !== '')
    .every((part) => {
      const [key = '', value] = part.trim().split('=');
      return value === undefined ? labels[key] !== undefined : labels[key] === value;
    });
  return fits ? null : 'does not match the node selector of the Service';
}

/** Taints, labels and conditions of a node that somebody is about to remove. */
export function isLeaving({
  metadata: { labels },
  spec: { taints },
  status: { conditions },
}: Node): string | null {
  const taint = taints.find(({ key }) => leavingTaints.includes(key));
  if (taint !== undefined) return `taint ${taint.key}`;
  if (labels['operation.gke.io/type'] === 'drain') return 'label operation.gke.io/type=drain';
  // Kubernetes 1.37, feature gate NodeLifecycleConditions (pkg/apis/core/types.go).
  const condition = conditions.find(
    ({ type, status }) =>
      status === 'True' && ['DrainInProgress', 'MaintenanceInProgress', 'MaintenancePlanned'].includes(type),
  );
  return condition === undefined ? null : `condition ${condition.type}`;
}

const leavingTaints = ['ToBeDeletedByClusterAutoscaler', 'karpenter.sh/disrupted', 'karpenter.sh/disruption'];

function announcerOf(service: Service, { serviceL2Statuses }: Lists): string | null {
  const found = serviceL2Statuses.find(
    ({ status }) =>
      status.serviceName === service.metadata.name &&
      status.serviceNamespace === (service.metadata.namespace ?? 'default'),
  );
  return found?.status.node ?? null;
}

/** Whether `version` is Kubernetes 1.`minor` or later; an unknown version is not. */
function atLeast(version: string | null, minor: number): boolean {
  const [major, own] = (version ?? '0.0').split('.').map(Number);
  return (major ?? 0) > 1 || (major === 1 && (own ?? 0) >= minor);
}
