import { candidateSets, type NodeFacts } from '../audit/facts/candidates.ts';
import { detectionOf } from '../audit/facts/detection.ts';
import type { ClusterView, ServiceView } from '../audit/facts/view.ts';
import type { Node } from '../audit/snapshot.ts';
import { MidflightError } from '../base/errors.ts';
import { presetAnnotation } from '../kube/names.ts';
import { counted } from '../reports/figures.ts';
import { type CloudName, type PresetName, presetNames } from '../scenario/schema.ts';
import { ingressTiming } from './ingress.ts';
import { ingressPlacement } from './place.ts';
import { type PlacedNode, poolsOf } from './pools.ts';
import type { Shape } from './shape.ts';

/** The shape of one Service's path through a cluster, with the balancer if it was named. Throws `no-target` if nobody serves it. */
export function shapeOf(view: ServiceView, cluster: ClusterView, balancer: PresetName | null): Shape {
  const { service } = view;
  const { timing, notes: timingNotes } = ingressTiming(view.workloads);
  const assumed = cluster.nodes.length === 0 ? assumedNodes(view) : null;
  const nodes = assumed?.nodes ?? cluster.nodes;
  const placed = assumed ?? ingressPlacement(view, nodes);
  const { nodes: used, notes: leftNotes } = usedNodes(view, cluster, nodes, placed.byNode);
  const { preset, note } = balancer === null ? presetOf(view, cluster) : { preset: balancer, note: null };
  const marks = nodes.flatMap(({ spot }) => (spot === null ? [] : [spot]));
  const cloud = cloudOf(nodes, marks);
  const perNode = used
    .filter(({ runsIngress }) => runsIngress)
    .map(({ facts }) => placed.byNode.get(facts.name));
  const uneven = new Set(perNode).size > 1;
  return {
    service: view.key,
    policy: view.policy,
    cloud: cloud ?? 'gke',
    knowsNotice: marks.length === 0 || cloud !== null,
    balancer:
      balancer === null
        ? { name: view.balancer.kind.name, evidence: view.balancer.evidence, preset }
        : { name: `Load balancer ${balancer}`, evidence: '--balancer', preset },
    checks: balancer === null ? checksOf(view) : null,
    pools: poolsOf(used),
    ingress: { ...timing, pods: perNode.reduce((sum: number, pods) => sum + (pods ?? 0), 0) },
    affinitySeconds:
      service.spec.sessionAffinity === 'ClientIP'
        ? (service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800)
        : null,
    trafficDistribution: service.spec.trafficDistribution ?? null,
    notes: [
      ...(note === null ? [] : [note]),
      ...placed.notes,
      ...leftNotes,
      ...timingNotes,
      ...(uneven
        ? ['The ingress nodes have unequal numbers of pods there; here they are spread evenly.']
        : []),
      ...(marks.length > 0 && cloud === null
        ? ['Which notice this platform gives before it takes a node is not known: none is played.']
        : []),
    ],
  };
}

/** Null unless the Service's own annotations set them. */
function checksOf(view: ServiceView): Shape['checks'] {
  const Cluster = detectionOf(view, 'Cluster');
  const Local = detectionOf(view, 'Local');
  return Cluster?.confidence === 'seen' && Local?.confidence === 'seen' ? { Cluster, Local } : null;
}

/** The nodes that the balancer sends to, and those that it leaves out although they run the ingress. */
function usedNodes(
  { service, balancer }: ServiceView,
  { snapshot }: ClusterView,
  nodes: readonly NodeFacts[],
  byNode: ReadonlyMap<string, number>,
): { nodes: PlacedNode[]; notes: string[] } {
  // In layer 2 mode one node announces the address, and which one changes: any of them may.
  const id = balancer.id === 'metallb' ? 'unknown' : balancer.id;
  const candidates = candidateSets(nodes, snapshot.lists, snapshot.serverVersion)(service, id);
  const used = nodes.flatMap((facts): PlacedNode[] => {
    const runsIngress = byNode.has(facts.name);
    const excluded = !candidates.names.has(facts.name);
    return excluded && !runsIngress ? [] : [{ facts, runsIngress, excluded }];
  });
  if (!used.some(({ excluded }) => !excluded)) {
    throw new MidflightError('no-target', 'the balancer sends to no node at all', {
      hint: [...candidates.left].map(([why, count]) => `${count} of them: ${why}`).join(', '),
    });
  }
  const gone = nodes.length - used.length;
  const why = [...candidates.left].map(([reason, count]) => `${count}: ${reason}`).join(', ');
  const notes =
    gone === 0 ? [] : [`Left out, as the balancer sends them nothing: ${counted(gone, 'node')} (${why}).`];
  if (used.some(({ excluded }) => excluded))
    notes.push(
      'Some ingress pods run on nodes that the balancer leaves out; they carry its exclude label here.',
    );
  return { nodes: used, notes };
}

/** Rendered manifests hold no Node: as many ingress nodes as replicas, and three that only pass connections on. */
function assumedNodes({ workloads, key }: ServiceView) {
  const [workload] = workloads;
  if (workload === undefined) {
    throw new MidflightError('no-target', `neither a Node nor a workload of Service ${key} is known`, {
      hint: 'add its Deployment or DaemonSet, or read a cluster with --context',
    });
  }
  const ingress = workload.kind === 'DaemonSet' ? 2 : Math.min(3, Math.max(1, workload.spec.replicas ?? 1));
  const facts = (name: string): NodeFacts => ({ name, zone: null, spot: null, node: bareNode(name) });
  const names = Array.from({ length: ingress }, (_, index) => `ingress-${index}`);
  return {
    nodes: [...names, 'worker-0', 'worker-1', 'worker-2'].map(facts),
    byNode: new Map(names.map((name) => [name, 1])),
    notes: [
      `ASSUMED: no Node is known. ${ingress} nodes with an ingress pod and 3 without: put in your own numbers.`,
    ],
  };
}

const bareNode = (name: string): Node => ({
  metadata: { name, labels: {}, annotations: {}, finalizers: [], ownerReferences: [], namespace: undefined },
  spec: { taints: [] },
  status: { conditions: [] },
});

function presetOf(
  { balancer, service }: ServiceView,
  { snapshot }: ClusterView,
): { preset: PresetName; note: string | null } {
  const modelled = presetNames.find((name) => name === service.metadata.annotations[presetAnnotation]);
  if (modelled !== undefined) return { preset: modelled, note: null };
  if (balancer.kind.preset !== null) return { preset: balancer.kind.preset, note: null };
  if (balancer.id === 'metallb') {
    const announces = snapshot.lists.serviceL2Statuses.some(
      ({ status }) => status.serviceName === service.metadata.name,
    );
    const note = announces
      ? null
      : 'MetalLB is taken to be in layer 2 mode; with BGP write preset: metallb-bgp.';
    return { preset: 'metallb-l2', note };
  }
  const note = `No preset models ${balancer.kind.name}: a plain balancer (custom) is used instead. Set edge.overrides to what yours does.`;
  return { preset: 'custom', note };
}

const prefixes: readonly (readonly [prefix: string, cloud: CloudName])[] = [
  ['gce://', 'gke'],
  ['cloud.google.com/', 'gke'],
  ['aws://', 'eks'],
  ['eks.amazonaws.com/', 'eks'],
  ['azure://', 'aks'],
  ['kubernetes.azure.com/', 'aks'],
];

/** The platform by the nodes' providerID, else by the marks of preemptible ones; null: another one. */
function cloudOf(nodes: readonly NodeFacts[], marks: readonly string[]): CloudName | null {
  const texts = [...nodes.map(({ node }) => node.spec.providerID ?? ''), ...marks];
  return prefixes.find(([prefix]) => texts.some((text) => text.startsWith(prefix)))?.[1] ?? null;
}
