import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from './errors.ts';

/**
 * Makes a folder and those above it. Not `recursive: true`, which on Node 20 never returns if no folder can be made, as
 * below /proc. Throws the file system's own error; `mode` is that of the last folder, if it is made here.
 */
export function makeFolder(folder: string, mode?: number): void {
  if (!existsSync(dirname(folder))) makeFolder(dirname(folder));
  try {
    mkdirSync(folder, mode);
  } catch (error) {
    const isThere = errnoOf(error) === 'EEXIST' && statSync(folder).isDirectory();
    if (!isThere) throw error;
  }
}
