import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isAlive, startTimeOf } from '../processes.ts';
import { stateDir } from '../state-dir.ts';
import { deleteCluster, existingClusters } from './cluster.ts';
import { removeContainers } from './containers.ts';

/*
 * A cluster outlives the process that made it. One file for each cluster that is to go with its run says whose it is, so
 * that the next run can remove what a killed one has left.
 */

const owned = z.object({ cluster: z.string(), pid: z.int(), startTime: z.string() });
const fileOf = (cluster: string) => join(stateDir(), `kind-${cluster}.json`);

/** Notes that this process will remove the cluster. */
export function claim(cluster: string): void {
  const self = { cluster, pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
  writeFileSync(fileOf(cluster), `${JSON.stringify(self)}\n`);
}

export function release(cluster: string): void {
  rmSync(fileOf(cluster), { force: true });
}

/** Removes clusters whose owner is gone; returns their names. */
export async function removeLeftovers(): Promise<string[]> {
  const removed: string[] = [];
  const existing = new Set(await existingClusters());
  for (const name of readdirSync(stateDir())) {
    if (!/^kind-.*\.json$/.test(name)) continue;
    const file = join(stateDir(), name);
    const owner = owned.safeParse(JSON.parse(readFileSync(file, 'utf8') || 'null'));
    if (owner.success) {
      const { cluster, pid, startTime } = owner.data;
      if (isAlive(pid) && startTimeOf(pid) === startTime) continue;
      await removeContainers(cluster);
      if (existing.has(cluster)) {
        await deleteCluster(cluster);
        removed.push(cluster);
      }
    }
    rmSync(file, { force: true });
  }
  return removed;
}
