import { AppsV1Api, CoordinationV1Api, CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { monotonic } from '../../base/clock.ts';
import { MidflightError } from '../../base/errors.ts';
import { abortController } from '../../base/signals.ts';
import { anyKind } from '../../changes/change.ts';
import { anyEffects } from '../../changes/effects.ts';
import type { ChangeLine, Opening } from '../../changes/journal.ts';
import { apiKinds, holdersIn, runLease } from '../../changes/kinds/index.ts';
import { refuseIfHeld } from '../../kube/lease.ts';
import type { Tools } from '../entry.ts';
import { kindCluster, kindNetwork, kindUse } from './changes.ts';
import { existingClusters, openCluster } from './cluster.ts';
import { kindEffects } from './effects.ts';
import { kindPower } from './power.ts';

/**
 * The tools for what a dead run left on a kind cluster. The cluster's API is only asked for if the cluster stays. Throws
 * `cluster-failed` if another run holds the cluster.
 */
export async function kindTools(place: Opening['place'], open: readonly ChangeLine[]): Promise<Tools> {
  const cluster = String(place.cluster ?? '');
  const goes = open.some(({ kind }) => kind === kindCluster.kind);
  const kubeConfig = goes ? null : await reachable(cluster);
  const core = kubeConfig?.makeApiClient(CoreV1Api);
  const coordination = kubeConfig?.makeApiClient(CoordinationV1Api);
  // What another run is doing there by now must not be undone under it.
  if (coordination !== undefined) await refuseIfHeld({ ...runLease, api: coordination }, holdersIn(open));
  const power = kindPower({
    core: core ?? unreachable<CoreV1Api>(cluster),
    coordination: coordination ?? unreachable<CoordinationV1Api>(cluster),
    now: monotonic.now,
    // No instant is measured here.
    clock: async () => ({ offsetNs: 0, errorNs: 0, wallAheadNs: 0 }),
    placeholders: { cluster, image: String(place.image ?? '') },
    signal: abortController().signal,
  });
  return {
    kinds: [
      ...apiKinds,
      anyKind(kindNetwork),
      anyKind(kindUse),
      anyKind(kindCluster),
      // Addresses are in the journal's lines.
      ...anyEffects(
        kindEffects(
          () => power,
          () => '',
        ),
      ),
    ],
    world: (signal) => ({
      core: () => core ?? gone(cluster),
      apps: () => kubeConfig?.makeApiClient(AppsV1Api) ?? gone(cluster),
      coordination: () => coordination ?? gone(cluster),
      kubectl: true,
      sleep: (ms, until = signal) => monotonic.sleep(ms, until),
      signal,
    }),
  };
}

/** Null: there is no such cluster any more. */
async function reachable(cluster: string): Promise<KubeConfig | null> {
  return (await existingClusters()).includes(cluster) ? (await openCluster(cluster)).kubeConfig : null;
}

function gone(cluster: string): never {
  throw new MidflightError('cluster-failed', `the cluster ${cluster} is gone`);
}

/** Every call of it throws. */
function unreachable<T extends object>(cluster: string): T {
  return new Proxy({} as T, { get: () => () => gone(cluster) });
}
