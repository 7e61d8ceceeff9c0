import type { CloudLabels } from './labels.ts';

/** EKS user guide, "Managed node groups: capacity types"; Karpenter's own label beside it. */
export const eks: CloudLabels = {
  'eks.amazonaws.com/capacityType': 'SPOT',
  'karpenter.sh/capacity-type': 'spot',
};
