import { hostname } from 'node:os';
import { isSameProcess, startTimeOf } from '../processes.ts';
import { runShell } from './shell.ts';

/** Label of every container of ours that is no node; its value is the cluster. */
export const containerLabel = 'dev.midflight.cluster';

/** Label of the edge's container: the process that uses the cluster, as `pid:startTime:host`. */
export const ownerLabel = 'dev.midflight.owner';

/** The value of the label for this process. */
export const ownerMark = (): string => `${process.pid}:${startTimeOf(process.pid) ?? ''}:${hostname()}`;

/**
 * Whom a mark names, in words for people; null: a process of this machine that has ended, or nobody. Whether a process of
 * another host lives, or of a container that shares this Docker, is not to be seen from here: it is taken to live.
 */
export function livingOwner(mark: string): string | null {
  const [pid = '', startTime = '', host = ''] = mark.split(':');
  if (pid === '') return null;
  if (host !== '' && host !== hostname()) return `process ${pid} on ${host}`;
  return isSameProcess(Number(pid), startTime) ? `process ${pid}` : null;
}

/** Marks of the containers beside clusters, by cluster; those without one are there with none. */
export async function marksOfClusters(): Promise<ReadonlyMap<string, readonly string[]>> {
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
  const marks = new Map<string, string[]>();
  if (!ok) return marks; // no Docker answers: nothing of ours runs there
  for (const line of stdout.split('\n').filter((one) => one !== '')) {
    const [cluster = '', mark = ''] = line.split(' ');
    marks.set(cluster, [...(marks.get(cluster) ?? []), ...(mark === '' ? [] : [mark])]);
  }
  return marks;
}
