import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { CoordinationV1Api } from '@kubernetes/client-node';
import { monotonic } from '../../base/clock.ts';
import { MidflightError } from '../../base/errors.ts';
import { abortController } from '../../base/signals.ts';
import { processOfHolder, runLease } from '../../changes/kinds/index.ts';
import { leaseHolder, refuseIfHeld } from '../../kube/lease.ts';
import { commandLine, isAlive } from '../processes.ts';
import { ownerOf } from './claims.ts';
import { openCluster } from './cluster.ts';
import { livingOwner, marksOfClusters } from './owner.ts';

/** How long the API of a kept cluster may take to answer; real milliseconds. */
const answerMs = 5000;

/**
 * Before anything on a kept cluster is touched: another user or machine may be running on it, of whom no file here knows.
 * If the API does not answer, nobody's run can use it. Throws `cluster-failed` with the holder of its lease.
 */
export async function refuseIfInUse(name: string): Promise<void> {
  const look = async () => {
    const { kubeConfig } = await openCluster(name);
    await refuseIfHeld({ ...runLease, api: kubeConfig.makeApiClient(CoordinationV1Api) });
  };
  try {
    await inTime(look());
  } catch (error) {
    if (error instanceof MidflightError && error.code === 'cluster-failed') throw error;
  }
}

/**
 * Who uses or makes a kind cluster, in words for people; null: nobody. Asked of the cluster itself as well as of this
 * state folder: its run may have another one, or be another user's or another machine's. By the claim, the mark on the
 * containers beside it, `kind create` among the processes, and its Lease.
 */
export async function userOf(
  cluster: string,
  marks: ReadonlyMap<string, readonly string[]>,
): Promise<string | null> {
  const pid = ownerOf(cluster) ?? makerOf(cluster);
  if (pid !== null) return `process ${pid}`;
  const owner = (marks.get(cluster) ?? []).map(livingOwner).find((one) => one !== null);
  if (owner !== undefined) return owner;
  return (await inTime(leaseUser(cluster))) ?? null;
}

/** The answer of an API; undefined if it does not come in time. */
async function inTime<T>(answer: Promise<T>): Promise<T | undefined> {
  const over = abortController();
  const late = monotonic.sleep(answerMs, over.signal).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    over.abort();
  }
}

/** Like userOf(), for one cluster. */
export const userOfCluster = async (cluster: string): Promise<string | null> =>
  userOf(cluster, await marksOfClusters());

/** The `kind create cluster` that makes a cluster now. Linux only. */
function makerOf(cluster: string): number | null {
  if (process.platform !== 'linux') return null;
  const makes = (pid: number) => {
    const words = commandLine(pid);
    const rest = words.slice(words.findIndex((word) => basename(word) === 'kind') + 1);
    return rest[0] === 'create' && rest[1] === 'cluster' && rest[rest.indexOf('--name') + 1] === cluster;
  };
  return (
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .find(makes) ?? null
  );
}

/** The holder of the cluster's lease. A process of this machine that has died holds nothing, though its lease has not ended. */
async function leaseUser(cluster: string): Promise<string | null> {
  try {
    const { kubeConfig } = await openCluster(cluster);
    const held = await leaseHolder({ ...runLease, api: kubeConfig.makeApiClient(CoordinationV1Api) });
    if (held === null || held.leftMs <= 0) return null;
    const pid = processOfHolder(held.holder);
    return pid !== null && !isAlive(pid) ? null : held.holder;
  } catch {
    return null; // its API does not answer: nobody's run can use it
  }
}
