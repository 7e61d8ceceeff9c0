/** A node or a pod, as far as its conditions go. */
interface WithConditions {
  readonly status?:
    | { readonly conditions?: readonly { readonly type: string; readonly status: string }[] | undefined }
    | undefined;
}

/** Its condition Ready is True. */
export const hasReadyCondition = ({ status }: WithConditions): boolean =>
  status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;
