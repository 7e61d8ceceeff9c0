import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { errnoOf } from '../../base/errors.ts';
import type { Problem } from '../error.ts';
import { showName } from '../show.ts';
import { mostBytes } from '../source.ts';
import type { KeyPath } from '../tree.ts';

/** A k6 script must be a readable file with something in it. It is never opened here: a FIFO would wait for ever. */
export function checkScript(script: string | undefined, path: KeyPath, folder: string): Problem[] {
  if (script === undefined) return [];
  if (script.trim() === '') {
    return [{ path, what: "the script's name is empty", hint: 'name a file, or remove script' }];
  }
  const problem = (what: string, hint: string): Problem[] => [
    { path, what: `the script '${showName(script)}' ${what}`, hint },
  ];
  const file = resolve(folder, script);
  try {
    const stats = statSync(file);
    if (stats.isDirectory()) return problem('is a folder', 'name the script in it');
    if (!stats.isFile()) return problem('is a pipe or a device', 'name a file');
    if (stats.size === 0) return problem('is empty', "write it, or remove script: midflight's own runs then");
    if (stats.size > mostBytes)
      return problem(
        `is larger than ${mostBytes / 1_000_000} MB`,
        'name a k6 script; its data can be read by k6 itself',
      );
    accessSync(file, constants.R_OK);
    return [];
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EACCES' || errno === 'EPERM') return problem('may not be read', 'change its permissions');
    if (errno === 'ELOOP') return problem('is a link that goes round in a circle', 'name a file');
    return problem('does not exist', 'it is looked for beside the scenario');
  }
}
