import { hasLabels } from '../../../kube/labels.ts';
import { tolerates } from '../../../kube/tolerations.ts';
import type { Node, PodSpec, Taint, Toleration } from '../api/kinds.ts';
import { meets } from '../api/selectors.ts';

/** The first taint of these effects that nothing tolerates. */
export function untolerated(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly string[],
): Taint | undefined {
  return taints?.find(
    (taint) =>
      effects.includes(taint.effect) && !tolerations?.some((toleration) => tolerates(toleration, taint)),
  );
}

/** nodeSelector and required node affinity. */
export function selectsNode(spec: PodSpec, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  if (!hasLabels(spec.nodeSelector ?? {}, labels)) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required === undefined) return true;
  return required.nodeSelectorTerms.some(({ matchExpressions = [], matchFields = [] }) => {
    if (matchExpressions.length === 0 && matchFields.length === 0) return false; // an empty term matches nothing
    const fields = { 'metadata.name': node.metadata.name };
    return (
      matchExpressions.every((term) => meets(labels, term)) &&
      matchFields.every((term) => meets(fields, term))
    );
  });
}

/** Why a pod does not fit a node, in the scheduler's words; undefined if it fits. */
export function misfit(spec: PodSpec, node: Node): string | undefined {
  if (node.spec?.unschedulable === true) {
    const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
    if (untolerated([taint], spec.tolerations, ['NoSchedule'])) return 'node(s) were unschedulable';
  }
  const taint = untolerated(node.spec?.taints, spec.tolerations, ['NoSchedule', 'NoExecute']);
  if (taint !== undefined) return `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`;
  if (!selectsNode(spec, node)) return "node(s) didn't match Pod's node affinity/selector";
  return undefined;
}

/** The ports of its node that a pod takes; with hostNetwork all of its containers' (pkg/apis/core/v1, defaultHostNetworkPorts). */
export function hostPortsOf({ hostNetwork, containers }: PodSpec): number[] {
  return containers.flatMap(({ ports = [] }) =>
    ports.flatMap(({ containerPort, hostPort }) => hostPort ?? (hostNetwork === true ? containerPort : [])),
  );
}
