import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.ts';

/** Absolute paths of the YAML files of a folder of the repository, sorted, whose names begin so. */
export function yamlFiles(folder: string, prefix = ''): string[] {
  const at = join(packageRoot(), folder);
  return readdirSync(at)
    .filter((name) => name.startsWith(prefix) && name.endsWith('.yaml'))
    .sort()
    .map((name) => join(at, name));
}
