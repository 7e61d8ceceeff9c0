import { AppsV1Api, type CoreV1Api, DiscoveryV1Api, type KubeConfig } from '@kubernetes/client-node';
import { isReadyEndpoint, serviceNameLabel } from '../../kube/endpoints.ts';
import { hasReadyCondition } from '../../kube/ready.ts';
import { waitFor } from '../../kube/wait.ts';
import type { Plan, PlannedPlacement } from '../../plan/schema.ts';
import {
  appService,
  ingressService,
  labelSelectorOf,
  names,
  namespace,
  namespaceObject,
} from '../../workload/manifests.ts';
import type { Workload } from '../provider.ts';
import { createController, installedWorkload } from '../workload.ts';
import { appPod, ingressPod } from './pods.ts';

/** Applies the model ingress and the slow app through the API; resolves when all their endpoints are ready. */
export async function installWorkload(
  kubeConfig: KubeConfig,
  core: CoreV1Api,
  plan: Plan,
  signal: AbortSignal,
  clients: readonly string[],
): Promise<Workload> {
  const apps = kubeConfig.makeApiClient(AppsV1Api);
  const discovery = kubeConfig.makeApiClient(DiscoveryV1Api);
  await core.createNamespace({ body: namespaceObject() });
  await Promise.all([
    core.createNamespacedService({ namespace, body: appService() }),
    core.createNamespacedService({
      namespace,
      body: ingressService('Cluster', plan.service, clients.map(asRange), plan.ingress),
    }),
    createController(apps, plan.app, appPod(plan)),
    createController(apps, plan.ingress, ingressPod(plan, clients)),
  ]);
  const { ingress, app } = plan;
  const delayMs = Math.max(ingress.startDelayMs, app.startDelayMs, ingress.readiness.initialDelayMs);
  const limitMs = 60_000 + delayMs / plan.timeScale;
  await waitFor('ingress and app to be Ready', limitMs, signal, async () => {
    const ready = await Promise.all(
      (
        [
          [names.ingress, plan.ingress],
          [names.app, plan.app],
        ] as const
      ).map(([name, placement]) => readyPods(core, name, placement)),
    );
    return ready.every(Boolean) && (await endpointsReady(discovery, plan));
  });
  return installedWorkload;
}

/** One address as a range, as the API server wants it. */
const asRange = (address: string) => `${address}/32`;

async function readyPods(core: CoreV1Api, name: string, placement: PlannedPlacement): Promise<boolean> {
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: labelSelectorOf(name) });
  const all = items.every(hasReadyCondition);
  return all && items.length > 0 && (placement.kind === 'DaemonSet' || items.length === placement.replicas);
}

async function endpointsReady(discovery: DiscoveryV1Api, plan: Plan): Promise<boolean> {
  const { items } = await discovery.listNamespacedEndpointSlice({ namespace });
  const ready = (service: string) =>
    items
      .filter((slice) => slice.metadata?.labels?.[serviceNameLabel] === service)
      .flatMap((slice) => slice.endpoints ?? [])
      .filter(isReadyEndpoint).length;
  const wanted = (placement: PlannedPlacement) => (placement.kind === 'DaemonSet' ? 1 : placement.replicas);
  return ready(names.ingress) >= wanted(plan.ingress) && ready(names.app) >= wanted(plan.app);
}
