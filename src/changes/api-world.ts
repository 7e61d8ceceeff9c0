import { AppsV1Api, CoordinationV1Api, CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { monotonic } from '../base/clock.ts';
import { bounded } from '../kube/bounded.ts';
import type { World } from './change.ts';

/** What changes of a cluster that is there already work on. Every call ends in time. */
export function apiWorld(kubeConfig: KubeConfig): (signal: AbortSignal) => World {
  const server = `the API server of ${kubeConfig.currentContext}`;
  const core = bounded(kubeConfig.makeApiClient(CoreV1Api), server);
  const apps = bounded(kubeConfig.makeApiClient(AppsV1Api), server);
  const coordination = bounded(kubeConfig.makeApiClient(CoordinationV1Api), server);
  return (signal) => ({
    core: () => core,
    apps: () => apps,
    coordination: () => coordination,
    kubectl: true,
    signal,
    sleep: (ms, until = signal) => monotonic.sleep(ms, until),
  });
}
