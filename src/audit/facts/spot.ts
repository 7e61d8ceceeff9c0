import type { Node } from '../snapshot.ts';

/** A label or taint by which a platform marks nodes that it may take away at short notice. */
export interface SpotMark {
  readonly key: string;
  /** Values that mean spot; null: any. */
  readonly values: readonly string[] | null;
  readonly platform: string;
  readonly source: string;
}

/** Marks of every platform that is known. Clouds without spot nodes have none: `--spot-label` names the user's own. */
export const spotMarks: readonly SpotMark[] = [
  {
    key: 'cloud.google.com/gke-spot',
    values: ['true'],
    platform: 'GKE',
    source: 'GKE docs, "Spot VMs"',
  },
  {
    key: 'cloud.google.com/gke-preemptible',
    values: ['true'],
    platform: 'GKE',
    source: 'GKE docs, "Use preemptible VMs"',
  },
  {
    key: 'cloud.google.com/gke-provisioning',
    values: ['spot', 'preemptible'],
    platform: 'GKE',
    source: 'GKE docs, "Spot VMs"',
  },
  {
    key: 'eks.amazonaws.com/capacityType',
    values: ['SPOT'],
    platform: 'EKS managed node groups',
    source: 'EKS user guide, "Managed node groups: capacity types"',
  },
  {
    key: 'karpenter.sh/capacity-type',
    values: ['spot'],
    platform: 'Karpenter',
    source: 'karpenter.sh docs, "Well-known labels"',
  },
  {
    key: 'kubernetes.azure.com/scalesetpriority',
    values: ['spot'],
    platform: 'AKS',
    source: 'AKS docs, "Add an Azure Spot node pool"',
  },
  {
    key: 'oci.oraclecloud.com/oke-is-preemptible',
    values: ['true'],
    platform: 'OKE',
    source: 'docs.oracle.com ContEng "Using preemptible capacity"',
  },
  {
    key: 'node.alibabacloud.com/spot-strategy',
    values: ['SpotWithPriceLimit', 'SpotAsPriceGo'],
    platform: 'ACK',
    source: 'kubernetes/cloud-provider-alibaba-cloud, CCM v2.10.2',
  },
  {
    key: 'spotinst.io/node-lifecycle',
    values: ['spot'],
    platform: 'Spot Ocean',
    source: 'spotinst/help labels-and-taints.md',
  },
  {
    key: 'scheduling.cast.ai/spot',
    values: ['true'],
    platform: 'CAST AI',
    source: 'castai/k8s-agent pkg/labels',
  },
  {
    key: 'node-role.kubernetes.io/spot-worker',
    values: null,
    platform: 'kOps',
    source: 'kOps docs, "Spot instances"',
  },
  {
    key: 'node.kubernetes.io/lifecycle',
    values: ['spot'],
    platform: 'self-managed nodes',
    source: 'AWS workshops for eksctl: a convention',
  },
  {
    key: 'lifecycle',
    values: ['Ec2Spot'],
    platform: 'self-managed nodes',
    source: 'AWS workshops for eksctl: a convention',
  },
];

/** A mark of the user's own: `--spot-label KEY=VALUE`, or `KEY` for any value. */
export function userMark(text: string): SpotMark {
  const [key = '', ...rest] = text.split('=');
  return {
    key,
    values: rest.length === 0 ? null : [rest.join('=')],
    platform: 'given by --spot-label',
    source: 'the command line',
  };
}

/** The mark by which a node counts as preemptible, as `key=value`; null: it does not. */
export function spotMarkOf(node: Node, marks: readonly SpotMark[]): string | null {
  for (const { key, values } of marks) {
    const label = node.metadata.labels[key];
    const tainted = node.spec.taints.find((taint) => taint.key === key);
    for (const value of [label, tainted === undefined ? undefined : (tainted.value ?? '')]) {
      if (value !== undefined && (values === null || values.includes(value))) return `${key}=${value}`;
    }
  }
  return null;
}
