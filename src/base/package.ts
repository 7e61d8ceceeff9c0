import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

let root: string | undefined;

/** The package's folder, found from this file, be it a source or a bundle; looked for once. */
export function packageRoot(): string {
  root ??= findRoot();
  return root;
}

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const up = dirname(folder);
    if (up === folder) throw new Error('package.json not found above the program');
    folder = up;
  }
  return folder;
}

/** The bundle of one of our processes, built by `npm run build` (which `npm ci` does). */
export function roleBundle(role: string): string {
  return join(packageRoot(), 'dist', 'roles', `${role}.mjs`);
}

/**
 * How V8 collects the recorder's garbage (sizes in MB). Its helpers would cost more of two cores than they save. What a
 * stream needs lives as long as the stream: a nursery that grows is copied in pauses of 20 ms and more during a ramp, one of
 * the first size (1) costs twice as much in all, and a search through the rest finds nothing.
 */
const recorderFlags = [
  '--single-threaded-gc',
  '--min-semi-space-size=4',
  '--max-semi-space-size=4',
  '--initial-old-space-size=64',
];

/** How node is to run one of our processes. */
export function roleFlags(role: string): readonly string[] {
  return role === 'recorder' ? recorderFlags : [];
}

/** The version of a package in our bundles, as the build recorded it; '' if it is in none, or nothing is built. */
export function dependencyVersion(name: string): string {
  const file = join(packageRoot(), 'dist', 'bundled.json');
  if (!existsSync(file)) return '';
  const versions: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof versions !== 'object' || versions === null) return '';
  return String(Object.entries(versions).find(([key]) => key === name)?.[1] ?? '');
}

let version: string | undefined;

/** The version in package.json; read once. */
export function packageVersion(): string {
  version ??= readVersion();
  return version;
}

function readVersion(): string {
  const text: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  if (typeof text === 'object' && text !== null && 'version' in text) return String(text.version);
  return '0.0.0';
}
