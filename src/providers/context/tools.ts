import { delimiter } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { abortController } from '../../base/signals.ts';
import { apiWorld } from '../../changes/api-world.ts';
import type { ChangeLine, Opening } from '../../changes/journal.ts';
import { apiKinds, holdersIn, runLease } from '../../changes/kinds/index.ts';
import { refuseIfHeld } from '../../kube/lease.ts';
import { type OpenedContext, openContext } from '../../kube/open-context.ts';
import type { Tools } from '../entry.ts';

/** The place of a cluster of the user's, as the journal holds it. */
export function placeOf({ kubeConfig, context, files }: OpenedContext): Opening['place'] {
  const server = kubeConfig.getCurrentCluster()?.server ?? '';
  return { provider: 'context', cluster: context, kept: true, kubeconfig: files.join(delimiter), server };
}

/** The same cluster again, from a journal. Throws `bad-usage` if its kubeconfig or its context is gone. */
export function openPlace(place: Opening['place']): KubeConfig {
  const env = { ...process.env, KUBECONFIG: String(place.kubeconfig ?? '') };
  return openContext({ context: String(place.cluster), kubeconfig: undefined }, env).kubeConfig;
}

/** The tools for what a dead run left on such a cluster. Throws `cluster-failed` if another run holds it. */
export async function contextTools(place: Opening['place'], open: readonly ChangeLine[]): Promise<Tools> {
  const kubeConfig = openPlace(place);
  const world = apiWorld(kubeConfig);
  const api = world(abortController().signal).coordination();
  await refuseIfHeld({ ...runLease, api }, holdersIn(open));
  return { kinds: apiKinds, world };
}

/** Whether a journal is of changes to this cluster. */
export const isOn = (place: Opening['place'], opened: OpenedContext): boolean =>
  place.provider === 'context' && place.server === placeOf(opened).server;
