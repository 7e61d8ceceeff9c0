import { rmSync } from 'node:fs';
import { CoreV1Api } from '@kubernetes/client-node';
import { findProgram } from '../../base/find-program.ts';
import { abortsAfter } from '../../base/signals.ts';
import type { Marks, Stray } from '../entry.ts';
import { deadClaims } from './claims.ts';
import { deleteCluster, existingClusters, nodeContainers, openCluster, runPrefix } from './cluster.ts';
import { removeContainers } from './containers.ts';
import { refuseIfInUse, userOf } from './in-use.ts';
import { marksOfClusters } from './owner.ts';
import { allReady } from './ready.ts';
import { brokenNodes, restoreNodes } from './restore.ts';
import { must, runShell } from './shell.ts';

/**
 * Clusters and containers of dead runs: by the claim that each run notes in the state folder, and by the owner that the
 * edge's container names. A kept cluster is the user's: only containers beside it go, and nodes that are silent are brought
 * back. `named`: what journals name is theirs to clean.
 */
export async function kindStrays(named: ReadonlySet<string>, marks: Marks): Promise<Stray[]> {
  if (['docker', 'kind'].some((program) => findProgram(program, process.env) === null)) return [];
  const noted = deadClaims().filter(({ cluster }) => !named.has(cluster));
  const claimed = noted.map(({ file, cluster, kept }) => strayOf(cluster, kept, file));
  if (marks === 'noted' || (await isDockerStopped())) return claimed;
  return [...claimed, ...(await labelled(new Set([...named, ...noted.map(({ cluster }) => cluster)])))];
}

/**
 * Without its daemon no container runs and none can be asked for; what stands in a note fails to be removed, and says so. Any
 * other failure hides what may run, and is one.
 */
async function isDockerStopped(): Promise<boolean> {
  const { ok, stderr } = await runShell(['docker', 'version']);
  return !ok && stderr.includes('Is the docker daemon running?');
}

function strayOf(cluster: string, kept: boolean, note?: string): Stray {
  return {
    what: kept ? `containers beside ${cluster}` : `the kind cluster ${cluster}`,
    async remove() {
      // If kind does not answer, nothing is taken for gone.
      const goes = (await existingClusters()).includes(cluster) && !kept;
      const containers = await removeContainers(cluster);
      if (goes) await deleteCluster(cluster);
      if (note !== undefined) rmSync(note, { force: true });
      if (goes) return 'removed';
      return containers === 0 ? undefined : `${containers} removed`;
    },
  };
}

/** Found by labels of containers. */
async function labelled(named: ReadonlySet<string>): Promise<Stray[]> {
  const marks = await marksOfClusters();
  const existing = await existingClusters();
  const found: Stray[] = [];
  for (const cluster of new Set([...marks.keys(), ...existing])) {
    if (cluster === '' || named.has(cluster) || (await isInUse(cluster, marks))) continue;
    const goes = cluster.startsWith(runPrefix);
    if (goes || marks.has(cluster)) found.push(strayOf(cluster, !goes));
    if (!goes && existing.includes(cluster)) found.push(...(await silentNodes(cluster)));
  }
  return found;
}

async function isInUse(
  cluster: string,
  marks: Awaited<ReturnType<typeof marksOfClusters>>,
): Promise<boolean> {
  const own = marks.get(cluster);
  // If nothing names an owner, nobody knows whether it lives.
  if (own?.length === 0) return true;
  if (own === undefined && cluster.startsWith(runPrefix) && (await mayBeMaking(cluster))) return true;
  return (await userOf(cluster, marks)) !== null;
}

/** Nodes of a kept cluster that a fault has left without power or network. */
async function silentNodes(cluster: string): Promise<Stray[]> {
  const [first, ...more] = await brokenNodes(cluster);
  if (first === undefined) return [];
  const remove = async () => {
    await refuseIfInUse(cluster);
    // Any image with `sleep` does.
    const image = await must(['docker', 'inspect', '-f', '{{.Config.Image}}', first]);
    await restoreNodes(cluster, { cluster, image });
    const { kubeConfig } = await openCluster(cluster);
    const count = (await nodeContainers(cluster)).length;
    await allReady(kubeConfig.makeApiClient(CoreV1Api), count, abortsAfter(readyMs));
    return 'brought back';
  };
  return [{ what: `nodes of ${cluster}: ${[first, ...more].join(', ')}`, remove }];
}

/** How long until nodes that were started again are Ready. Real milliseconds. */
const readyMs = 180_000;

/** The edge's container is up within this time of a cluster's creation. Real milliseconds. */
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
