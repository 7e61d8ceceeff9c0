import type { V1Node } from '@kubernetes/client-node';
import type { TopologyNode } from '../../history/schema.ts';
import { internalAddressOf } from '../../kube/addresses.ts';
import { clouds } from '../../plan/clouds/index.ts';

/**
 * The label that names a node's pool: ours, GKE's ("Node labels" of its docs), EKS' (eksctl and managed node groups),
 * Karpenter's and AKS'.
 */
const poolLabels = [
  'midflight.dev/pool',
  'cloud.google.com/gke-nodepool',
  'eks.amazonaws.com/nodegroup',
  'karpenter.sh/nodepool',
  'kubernetes.azure.com/agentpool',
];

/** Labels that a cloud puts on preemptible nodes, of all clouds; a scenario's own cloud does not matter here. */
const preemptible = Object.values(clouds).flatMap((labels) => Object.entries(labels));

/** Nodes as the API has them. */
export function topologyOf(nodes: readonly V1Node[]): TopologyNode[] {
  return nodes.map(({ metadata, status }) => {
    const labels = metadata?.labels ?? {};
    return {
      name: metadata?.name ?? '',
      pool: poolLabels.map((label) => labels[label]).find((pool) => pool !== undefined) ?? '',
      address: internalAddressOf({ status }) ?? '',
      preemptible: preemptible.some(([label, value]) => labels[label] === value),
      labels,
      controlPlane: 'node-role.kubernetes.io/control-plane' in labels,
    };
  });
}
