import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { MidflightError } from '../../base/errors.ts';
import { isSameProcess, startTimeOf } from '../processes.ts';
import { stateDir } from '../state-dir.ts';

/*
 * A cluster outlives the process that made it. One file for each cluster that a run uses names its owner: no other run
 * takes it meanwhile, and what a killed one has left is found by it (strays.ts).
 */

const owned = z.object({
  cluster: z.string(),
  pid: z.int(),
  startTime: z.string(),
  /** The user wants it kept: only its run is over. */
  kept: z.boolean(),
});
type Owned = z.infer<typeof owned>;

const fileOf = (cluster: string) => join(stateDir(), `kind-${cluster}.json`);

/** Notes that this process uses the cluster; throws if another one does. */
export function claim(cluster: string, kept: boolean): void {
  const owner = ownerOf(cluster);
  if (owner !== null) {
    throw new MidflightError(
      'cluster-failed',
      `${cluster} is in use by another midflight, process ${owner}`,
      {
        hint: 'wait for its end, or leave out --keep and --reuse to get a cluster of your own',
      },
    );
  }
  const self: Owned = { cluster, kept, pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
  writeFileSync(fileOf(cluster), `${JSON.stringify(self)}\n`);
}

export function release(cluster: string): void {
  rmSync(fileOf(cluster), { force: true });
}

/** The living process that uses a cluster, if any. */
export function ownerOf(cluster: string): number | null {
  const owner = read(fileOf(cluster));
  return owner !== null && lives(owner) ? owner.pid : null;
}

/** What a run that died noted of its cluster. */
interface DeadClaim {
  readonly file: string;
  readonly cluster: string;
  readonly kept: boolean;
}

/** Claims whose run is gone. A note that broke off names nothing, and is removed. */
export function deadClaims(): DeadClaim[] {
  return readdirSync(stateDir())
    .filter((name) => /^kind-.*\.json$/.test(name))
    .flatMap((name) => {
      const file = join(stateDir(), name);
      const owner = read(file);
      if (owner === null) rmSync(file, { force: true });
      return owner === null || lives(owner) ? [] : [{ file, cluster: owner.cluster, kept: owner.kept }];
    });
}

const lives = ({ pid, startTime }: Owned) => isSameProcess(pid, startTime);

/** null if there is no such file, or it is not ours (a run was killed while it wrote). */
function read(file: string): Owned | null {
  try {
    return owned.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}
