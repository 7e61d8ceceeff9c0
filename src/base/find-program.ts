import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';

/** The path of a program: found in PATH, or the name itself if it is a path; null if there is none. */
export function findProgram(name: string, env: Readonly<Record<string, string | undefined>>): string | null {
  if (name.includes(sep)) return isProgram(name) ? name : null;
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isProgram) ?? null;
}

export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
