import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { isSameProcess } from './processes.ts';
import { stateDir } from './state-dir.ts';

/*
 * Embedded clusters that were left running: one file each in the state folder, written by the process that holds the
 * cluster once everything in it answers. Whatever ends that process, its watchdog ends the cluster.
 */

const record = z.object({
  name: z.string(),
  pid: z.int(),
  startTime: z.string(),
  experiment: z.string(),
  nodes: z.int(),
  timeScale: z.number(),
  kubeconfig: z.string(),
  /** The balancer's URL, as a browser takes it: `http://app.midflight.test:8080`. */
  url: z.string(),
  /** HOST:PORT:ADDRESS, as curl's and watch's --resolve take it. */
  resolve: z.string(),
});
export type Playground = z.infer<typeof record>;

const prefix = 'playground-';
const fileOf = (name: string, suffix: 'json' | 'kubeconfig' | 'log') =>
  join(stateDir(), `${prefix}${name}.${suffix}`);

/** What the process in the background writes, for whoever started it and for later. */
export const logFileOf = (name: string): string => fileOf(name, 'log');

/** Writes the kubeconfig for kubectl; returns its path. */
export function writeKubeconfig(name: string, text: string): string {
  const file = fileOf(name, 'kubeconfig');
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

/** Makes it known: `cluster status` lists it, `cluster down` ends it. The file is whole as soon as it is there. */
export function announce(playground: Playground): void {
  const file = fileOf(playground.name, 'json');
  writeFileSync(`${file}.part`, `${JSON.stringify(playground)}\n`, { mode: 0o600 });
  renameSync(`${file}.part`, file);
}

/** Removes what announce() and writeKubeconfig() wrote. The log stays: it shows how the cluster ended. */
export function forget(name: string): void {
  for (const suffix of ['json', 'kubeconfig'] as const) rmSync(fileOf(name, suffix), { force: true });
}

/** Removes the logs of clusters that have ended. */
export function forgetLogs(): void {
  const living = new Set(playgrounds().map(({ name }) => logFileOf(name)));
  for (const file of readdirSync(stateDir())) {
    const path = join(stateDir(), file);
    if (file.startsWith(prefix) && file.endsWith('.log') && !living.has(path)) rmSync(path, { force: true });
  }
}

/** Those whose process lives. The files of the others are removed. */
export function playgrounds(): Playground[] {
  return readdirSync(stateDir())
    .filter((file) => file.startsWith(prefix) && file.endsWith('.json'))
    .sort()
    .flatMap((file) => {
      const found = read(join(stateDir(), file));
      if (found !== null && isSameProcess(found.pid, found.startTime)) return [found];
      forget(file.slice(prefix.length, -'.json'.length));
      return [];
    });
}

function read(file: string): Playground | null {
  try {
    return record.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null; // damaged, or it has just been removed
  }
}
