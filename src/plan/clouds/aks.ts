import type { CloudLabels } from './labels.ts';

/** AKS docs, "Add an Azure Spot node pool": the label (and a taint of the same name, which a scenario may set). */
export const aks: CloudLabels = {
  'kubernetes.azure.com/scalesetpriority': 'spot',
};
