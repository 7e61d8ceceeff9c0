import { CoreV1Api } from '@kubernetes/client-node';
import { isSameProcess } from '../processes.ts';
import type { Stray } from '../strays.ts';
import { deleteCluster, existingClusters, nodeContainers, openCluster, runPrefix } from './cluster.ts';
import { containerLabel, ownerLabel, removeContainers } from './containers.ts';
import { refuseIfInUse } from './in-use.ts';
import { ownerOf } from './leftovers.ts';
import { allReady } from './ready.ts';
import { brokenNodes, restoreNodes } from './restore.ts';
import { must, runShell } from './shell.ts';

/**
 * Clusters and containers of dead runs, by the owner that the edge's container names. A kept cluster is the user's: only
 * containers beside it go, and nodes that are silent are brought back. `named`: what journals name is theirs to clean.
 */
export async function kindStrays(named: ReadonlySet<string>): Promise<Stray[]> {
  const format = `{{.Label "${containerLabel}"}} {{.Label "${ownerLabel}"}}`;
  const { ok, stdout } = await runShell([
    'docker',
    'ps',
    '-a',
    '--filter',
    `label=${containerLabel}`,
    '--format',
    format,
  ]);
  if (!ok) return []; // no Docker answers: nothing of ours runs there
  const owners = new Map<string, string[]>();
  for (const line of stdout.split('\n').filter((one) => one !== '')) {
    const [cluster = '', owner = ''] = line.split(' ');
    owners.set(cluster, [...(owners.get(cluster) ?? []), ...(owner === '' ? [] : [owner])]);
  }
  // If nothing names an owner, nobody knows whether it lives.
  const clusters = new Map(
    [...owners].map(([cluster, own]) => [
      cluster,
      own.length === 0 || own.some(lives) || ownerOf(cluster) !== null,
    ]),
  );
  const existing = await existingClusters();
  for (const cluster of existing) {
    if (cluster.startsWith(runPrefix) && !clusters.has(cluster))
      clusters.set(cluster, await mayBeMaking(cluster));
  }
  const free = (cluster: string) => clusters.get(cluster) !== true && ownerOf(cluster) === null;
  const silent = await silentNodes(
    existing.filter((cluster) => !cluster.startsWith(runPrefix) && !named.has(cluster) && free(cluster)),
  );
  const found = [...clusters]
    .filter(([cluster, inUse]) => !inUse && cluster !== '' && !named.has(cluster))
    .map(([cluster]) =>
      cluster.startsWith(runPrefix)
        ? { what: `the kind cluster ${cluster}`, remove: () => removeAll(cluster) }
        : {
            what: `containers beside ${cluster}`,
            remove: async () => `${await removeContainers(cluster)} removed`,
          },
    );
  return [...found, ...silent];
}

/** Nodes of kept clusters that a fault has left without power or network. */
async function silentNodes(clusters: readonly string[]): Promise<Stray[]> {
  const strays: Stray[] = [];
  for (const cluster of clusters) {
    const [first, ...more] = await brokenNodes(cluster);
    if (first === undefined) continue;
    const remove = async () => {
      await refuseIfInUse(cluster);
      // Any image with `sleep` does.
      const image = await must(['docker', 'inspect', '-f', '{{.Config.Image}}', first]);
      await restoreNodes(cluster, { cluster, image });
      const { kubeConfig } = await openCluster(cluster);
      const count = (await nodeContainers(cluster)).length;
      await allReady(kubeConfig.makeApiClient(CoreV1Api), count, AbortSignal.timeout(readyMs));
      return 'brought back';
    };
    strays.push({ what: `nodes of ${cluster}: ${[first, ...more].join(', ')}`, remove });
  }
  return strays;
}

/** Until nodes that were started again are Ready. Real milliseconds. */
const readyMs = 180_000;

/** The edge's container stands within this time of a cluster's creation. Real milliseconds. */
const makingMs = 900_000;

/** A cluster without that container is being made, or its run was killed while it made it. */
async function mayBeMaking(cluster: string): Promise<boolean> {
  const ids = (
    await must(['docker', 'ps', '-aq', '--filter', `label=io.x-k8s.kind.cluster=${cluster}`])
  ).split('\n');
  const [id = ''] = ids;
  if (id === '') return false;
  const created = Date.parse(await must(['docker', 'inspect', '-f', '{{.Created}}', id]));
  return Date.now() - created < makingMs;
}

async function removeAll(cluster: string): Promise<string> {
  await removeContainers(cluster);
  await deleteCluster(cluster);
  return 'removed';
}

/** `pid:startTime`; no owner is nobody. */
function lives(owner: string): boolean {
  const [word = '', startTime = ''] = owner.split(':');
  return isSameProcess(Number(word), startTime);
}
