import type { Condition, Pod } from '../api/kinds.ts';
import { updateObject } from '../api/registry.ts';
import { type Context, timestamp } from '../context.ts';

/** The conditions with one set; its transition time moves only when its status does. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  set: Condition,
  now: string,
): Condition[] {
  const all = conditions ?? [];
  const old = all.find((condition) => condition.type === set.type);
  const lastTransitionTime = old?.status === set.status ? (old.lastTransitionTime ?? now) : now;
  const next = { ...set, lastTransitionTime };
  return old === undefined
    ? [...all, next]
    : all.map((condition) => (condition === old ? { ...old, ...next } : condition));
}

/** Sets one condition in a pod's status. */
export function setPodCondition(
  context: Context,
  namespace: string | undefined,
  name: string,
  set: Condition,
): Pod {
  const change = (current: Pod) => ({
    ...current,
    status: {
      ...current.status,
      conditions: withCondition(current.status?.conditions, set, timestamp(context.wall())),
    },
  });
  return updateObject(context, 'pods', namespace, name, change, 'status');
}
