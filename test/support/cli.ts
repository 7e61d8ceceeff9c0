import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.ts';
import './bundles.ts';

export const cliFile = join(packageRoot(), 'dist', 'midflight.mjs');

/** A folder of the test's own for state, temporary files and reports; `remove` takes it away. */
export interface Sandbox {
  readonly folder: string;
  readonly reports: string;
  readonly env: NodeJS.ProcessEnv;
  remove(): void;
}

export function sandbox(): Sandbox {
  const folder = mkdtempSync(join(tmpdir(), 'midflight-test-'));
  const env = { ...process.env, TMPDIR: folder, MIDFLIGHT_STATE_DIR: folder, NO_COLOR: '1' };
  return {
    folder,
    reports: join(folder, 'reports'),
    env,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** midflight as a user starts it. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has said so far, both streams. */
  said(): string;
}

export function start(args: readonly string[], { folder, env }: Sandbox): Started {
  const began = performance.now();
  const child = spawn(process.execPath, [cliFile, ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8');
    child[name]?.on('data', (chunk: string) => {
      text[name] += chunk;
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ code, signal, ...text, seconds: (performance.now() - began) / 1000 }),
    );
  });
  return { child, ended, said: () => text.stdout + text.stderr };
}

export const runCli = (args: readonly string[], box: Sandbox): Promise<Ended> => start(args, box).ended;

/** Waits until `met`, no longer than `limitMs`; throws with what is missing. */
export async function until(what: string, met: () => boolean, limitMs = 60_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!met()) {
    if (performance.now() > end) throw new Error(`in ${limitMs} ms not come: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Tokens of runs that the sandbox's state folder knows: they stand in the command line of each of their processes. */
export function tokensOf(box: Sandbox): string[] {
  return stateFiles(box).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []));
}

/** Files that runs keep while they run: states and locks. */
export function stateFiles(box: Sandbox): string[] {
  return readdirSync(box.folder)
    .filter((name) => /^midflight-\d+$/.test(name))
    .flatMap((name) => readdirSync(join(box.folder, name)));
}

/** The loopback networks that are locked now, as `127.31.7`. */
export function subnetsOf(box: Sandbox): string[] {
  return stateFiles(box).flatMap((name) => (name.endsWith('.lock') ? [name.slice(0, -'.lock'.length)] : []));
}

/** Ids of processes with one of these words in their command line. */
export function processesWith(words: readonly string[]): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return words.some((word) => line.includes(word));
      } catch {
        return false; // gone meanwhile
      }
    });
}

export function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[1]);
}

/** Processes that were started with this sandbox as their state folder, by their environment. */
export function processesOf({ folder }: Sandbox): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`MIDFLIGHT_STATE_DIR=${folder}`);
      } catch {
        return false; // gone meanwhile
      }
    })
    .map(Number);
}

/** TCP sockets with a local address in one of these /24 networks that a process holds; those that the kernel alone closes have no inode. */
export function socketsIn(subnets: readonly string[]): string[] {
  const prefixes = subnets.map((subnet) => {
    const [a = 0, b = 0, c = 0] = subnet.split('.').map(Number);
    return [c, b, a].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('');
  });
  if (!existsSync('/proc/net/tcp')) return [];
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , , , , , , , inode]) => inode !== '0' && prefixes.includes(local.slice(2, 8)))
    .map(([, local = '', remote = '', state = '']) => `${local} ${remote} ${state}`);
}
