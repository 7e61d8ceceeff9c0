import type { CloudLabels } from './labels.ts';

/** GKE docs, "Spot VMs" and "Preemptible VMs": the labels that GKE puts on such nodes. */
export const gke: CloudLabels = {
  'cloud.google.com/gke-spot': 'true',
  'cloud.google.com/gke-provisioning': 'spot',
};
