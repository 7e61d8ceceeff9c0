import type { AppsV1Api } from '@kubernetes/client-node';
import type { PlannedPlacement } from '../plan/schema.ts';
import {
  controllerOf,
  hostname,
  labelSelectorOf,
  names,
  namespace,
  type PodShape,
} from '../workload/manifests.ts';
import type { Workload } from './provider.ts';

/** Ingress and app under the names that every provider gives them. */
export const installedWorkload: Workload = {
  service: { namespace, name: names.ingress },
  ingress: { namespace, labelSelector: labelSelectorOf(names.ingress) },
  app: { namespace, labelSelector: labelSelectorOf(names.app), service: names.app },
  hostname,
};

/** The Deployment or DaemonSet that runs a pod where the plan wants it. */
export async function createController(
  apps: AppsV1Api,
  placement: PlannedPlacement,
  shape: PodShape,
): Promise<void> {
  const { kind, body } = controllerOf(placement, shape);
  if (kind === 'DaemonSet') await apps.createNamespacedDaemonSet({ namespace, body });
  else await apps.createNamespacedDeployment({ namespace, body });
}
