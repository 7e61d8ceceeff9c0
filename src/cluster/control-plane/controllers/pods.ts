import { createHash } from 'node:crypto';
import { hasReadyCondition, readyConditionOf } from '../../../kube/ready.ts';
import { stableJson } from '../api/json.ts';
import type { DaemonSet, Deployment, KubeObject, Pod } from '../api/kinds.ts';
import type { Context } from '../context.ts';

type Template = Deployment['spec']['template'];

/** Real milliseconds until a pod counts as available: 0 now, undefined while it is not Ready. */
function untilAvailable(context: Context, pod: Pod, minReadySeconds: number): number | undefined {
  if (!hasReadyCondition(pod)) return undefined;
  if (minReadySeconds === 0) return 0;
  const ready = readyConditionOf(pod);
  const since = Date.parse(ready?.lastTransitionTime ?? pod.metadata.creationTimestamp);
  const due = since + (minReadySeconds * 1000) / context.timeScale;
  return Math.max(0, due - context.wall().getTime());
}

/** How many of the pods are available, and when to look again for those that will be. */
export function countAvailable(context: Context, pods: readonly Pod[], minReadySeconds: number) {
  const waits = pods.map((pod) => untilAvailable(context, pod, minReadySeconds));
  const later = waits.filter((wait) => wait !== undefined && wait > 0).map((wait) => wait ?? 0);
  return {
    available: waits.filter((wait) => wait === 0).length,
    lookAgainMs: later.length === 0 ? undefined : Math.min(...later) + 1,
  };
}

/** The pods whose controller is this object. */
export function podsOf(context: Context, owner: KubeObject): Pod[] {
  return context.store
    .list('pods', owner.metadata.namespace)
    .filter((pod) =>
      pod.metadata.ownerReferences?.some(
        ({ uid, controller }) => controller === true && uid === owner.metadata.uid,
      ),
    );
}

/** Ten characters that change when the template does. */
export function templateHash(template: Template): string {
  return createHash('sha256').update(stableJson(template)).digest('hex').slice(0, 10);
}

/** The body of a new pod of a template. */
export function podFromTemplate(
  owner: Deployment | DaemonSet,
  labels: Record<string, string>,
  generateName: string,
  spec: Template['spec'] = owner.spec.template.spec,
) {
  const template = owner.spec.template.metadata;
  return {
    metadata: {
      ...(template?.annotations ? { annotations: template.annotations } : {}),
      generateName,
      labels: { ...template?.labels, ...labels },
      ownerReferences: [
        {
          apiVersion: owner.apiVersion,
          kind: owner.kind,
          name: owner.metadata.name,
          uid: owner.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec,
  };
}

/** `25%` of a total, or a plain number (apimachinery pkg/util/intstr). */
export function scaledValue(value: number | string | undefined, total: number, round: 'up' | 'down'): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  const share = (Number.parseFloat(value) * total) / 100;
  if (!Number.isFinite(share)) return 0;
  return round === 'up' ? Math.ceil(share) : Math.floor(share);
}

/** Map.groupBy, which Node 20 lacks. */
export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
