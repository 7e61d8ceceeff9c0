import type { NamedNode } from '../../base/command-template.ts';
import type { NodeName } from '../../base/units.ts';
import type { LiveFaultName } from './names.ts';

/** A node of such a cluster, as far as it matters whether it may go. */
export interface LiveNode extends NamedNode {
  readonly labels: Readonly<Record<string, string>>;
  readonly ready: boolean;
  readonly controlPlane: boolean;
  /** Its addresses, of every kind. */
  readonly addresses: readonly string[];
}

/** The node and pod that this process runs in. */
export interface OwnPlace {
  readonly hostname: string;
  readonly addresses: readonly string[];
  /** It is in a pod. */
  readonly inPod: boolean;
  /** The node of that pod; null: not known. */
  readonly podNode: NodeName | null;
}

interface LiveFaultQuestion {
  readonly fault: LiveFaultName;
  readonly targets: readonly NodeName[];
  readonly nodes: readonly LiveNode[];
  /** Nodes with a ready pod of the Service. */
  readonly ingress: ReadonlySet<NodeName>;
  /** Only nodes with this label may be targets. */
  readonly optIn: { readonly key: string; readonly value: string };
  /** The most nodes that may be out at once. */
  readonly maxNodes: number;
  readonly own: OwnPlace;
}

/** For each fault, whether the whole node goes, or one pod of it. */
const takesNode: Readonly<Record<LiveFaultName, boolean>> = {
  drain: true,
  'pod-delete': false,
  command: true,
};

/** Every reason why the fault must not be injected; empty: it may. */
export function targetRefusals(question: LiveFaultQuestion): string[] {
  const { fault, targets, nodes, optIn, maxNodes, own } = question;
  const taken = new Set(targets);
  const found = nodes.filter(({ name }) => taken.has(name));
  const whole = takesNode[fault];
  return [
    ...(targets.length === 0 ? ['no node is named'] : []),
    ...[...taken]
      .filter((name) => !nodes.some((node) => node.name === name))
      .map((name) => `there is no node ${name}`),
    ...found
      .filter(({ labels }) => labels[optIn.key] !== optIn.value)
      .map(
        ({ name }) =>
          `node ${name} has not the label ${optIn.key}=${optIn.value}, by which its owner allows it`,
      ),
    ...(whole
      ? found.filter(({ ready }) => !ready).map(({ name }) => `node ${name} is not Ready already`)
      : []),
    ...tooMany(question, taken, maxNodes),
    ...lastIngress(question, taken),
    ...(whole ? lastControlPlane(nodes, taken) : []),
    ...(whole ? ownNode(found, own) : []),
  ];
}

/** Nodes that may be targets and are not Ready count: they are out as well, whoever took them. */
function tooMany(
  { nodes, optIn }: Pick<LiveFaultQuestion, 'nodes' | 'optIn'>,
  taken: ReadonlySet<NodeName>,
  maxNodes: number,
): string[] {
  const out = nodes.filter(
    ({ name, ready, labels }) => !ready && !taken.has(name) && labels[optIn.key] === optIn.value,
  );
  if (taken.size + out.length <= maxNodes) return [];
  const already = out.length === 0 ? '' : `, and ${out.map(({ name }) => name).join(', ')} not Ready already`;
  return [
    `${taken.size} node${taken.size === 1 ? '' : 's'} asked for${already}: at most ${maxNodes} may be out at once`,
  ];
}

function lastIngress(
  { nodes, ingress }: Pick<LiveFaultQuestion, 'nodes' | 'ingress'>,
  taken: ReadonlySet<NodeName>,
): string[] {
  const serving = nodes.filter(({ name }) => ingress.has(name));
  const left = serving.filter(({ name, ready }) => ready && !taken.has(name));
  if (left.length > 0 || !serving.some(({ name }) => taken.has(name))) return [];
  return ['no node with a ready pod of the Service would be left'];
}

function lastControlPlane(nodes: readonly LiveNode[], taken: ReadonlySet<NodeName>): string[] {
  const planes = nodes.filter(({ controlPlane }) => controlPlane);
  if (!planes.some(({ name }) => taken.has(name))) return [];
  if (planes.some(({ name, ready }) => ready && !taken.has(name))) return [];
  return ['no ready node of the control plane would be left'];
}

function ownNode(targets: readonly LiveNode[], own: OwnPlace): string[] {
  if (own.inPod && own.podNode === null)
    return [
      'which node runs midflight is not known: set NODE_NAME in its pod from spec.nodeName (downward API)',
    ];
  const runsHere = ({ name, addresses }: LiveNode) =>
    own.inPod
      ? name === own.podNode
      : name === own.hostname || addresses.some((one) => own.addresses.includes(one));
  return targets.filter(runsHere).map(({ name }) => `node ${name} runs midflight`);
}

/** A pod on a node that is to be drained. */
export interface DrainedPod {
  readonly namespace: string;
  readonly name: string;
  /** The kind of the controller that made it; null: nobody makes another. `Node`: a static pod. */
  readonly ownerKind: string | null;
  /** It keeps data on the node that goes with it (emptyDir). */
  readonly localData: boolean;
}

/** Like kubectl drain --ignore-daemonsets: those of DaemonSets and static ones stay (kubectl/pkg/drain/filters.go). */
export const leavesDrained = ({ ownerKind }: Pick<DrainedPod, 'ownerKind'>): boolean =>
  ownerKind !== 'DaemonSet' && ownerKind !== 'Node';

/** Every reason why these pods must not be evicted. */
export function evictionRefusals(pods: readonly DrainedPod[], deleteLocalData: boolean): string[] {
  const moving = pods.filter(leavesDrained);
  const named = ({ namespace, name }: DrainedPod) => `pod ${namespace}/${name}`;
  return [
    ...moving
      .filter(({ ownerKind }) => ownerKind === null)
      .map((pod) => `${named(pod)} has no controller: nobody would make another`),
    ...(deleteLocalData
      ? []
      : moving
          .filter(({ ownerKind, localData }) => ownerKind !== null && localData)
          .map((pod) => `${named(pod)} has data in an emptyDir, which go with it (--delete-emptydir-data)`)),
  ];
}
