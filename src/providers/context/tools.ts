import { delimiter } from 'node:path';
import { AppsV1Api, CoordinationV1Api, CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { monotonic } from '../../base/clock.ts';
import type { World } from '../../changes/change.ts';
import type { ChangeLine, Opening } from '../../changes/journal.ts';
import { apiKinds, runLease, runLeaseHold } from '../../changes/kinds/index.ts';
import { bounded } from '../../kube/bounded.ts';
import { refuseIfHeld } from '../../kube/lease.ts';
import { type OpenedContext, openContext } from '../../kube/open-context.ts';
import type { Tools } from '../clean.ts';

/** Where a cluster of the user's is, as the journal holds it. */
export function placeOf({ kubeConfig, context, files }: OpenedContext): Opening['place'] {
  const server = kubeConfig.getCurrentCluster()?.server ?? '';
  return { provider: 'context', cluster: context, kept: true, kubeconfig: files.join(delimiter), server };
}

/** The same cluster again, from a journal. Throws `bad-usage` if its kubeconfig or its context is gone. */
export function openPlace(place: Opening['place']): KubeConfig {
  const env = { ...process.env, KUBECONFIG: String(place.kubeconfig ?? '') };
  return openContext({ context: String(place.cluster), kubeconfig: undefined }, env).kubeConfig;
}

/** What changes of a cluster that is there already work on. Every call ends in time. */
export function contextWorld(kubeConfig: KubeConfig): (signal: AbortSignal) => World {
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
    sleep: (ms) => monotonic.sleep(ms, signal),
  });
}

/** For what a dead run left on such a cluster. Throws `cluster-failed` if another run holds it. */
export async function contextTools(place: Opening['place'], open: readonly ChangeLine[]): Promise<Tools> {
  const kubeConfig = openPlace(place);
  const world = contextWorld(kubeConfig);
  const api = world(new AbortController().signal).coordination();
  const own = open
    .filter(({ kind }) => kind === runLeaseHold.kind)
    .map(({ wanted }) => runLeaseHold.wanted.parse(wanted).holder);
  await refuseIfHeld({ ...runLease, api }, own);
  return { kinds: apiKinds, world };
}
