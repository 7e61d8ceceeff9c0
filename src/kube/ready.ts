interface TypeAndStatus {
  readonly type: string;
  readonly status: string;
}

/** A node or a pod, as far as its conditions go. */
export interface WithConditions<C extends TypeAndStatus = TypeAndStatus> {
  readonly status?: { readonly conditions?: readonly C[] | undefined } | undefined;
}

/** One of its conditions; undefined: it has none of this type. */
const conditionOf = <C extends TypeAndStatus>({ status }: WithConditions<C>, type: string): C | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

/** Its condition Ready; undefined: it has none. */
export const readyConditionOf = <C extends TypeAndStatus>(object: WithConditions<C>): C | undefined =>
  conditionOf(object, 'Ready');

/** Its condition Ready is True. */
export const hasReadyCondition = (object: WithConditions): boolean =>
  readyConditionOf(object)?.status === 'True';
