import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../src/base/package.ts';

/** What is tracked or will be, as a fresh clone has it, in the folder `to`; the packages of this checkout are shared. */
export function copySources(to: string): void {
  const list = execFileSync('git', ['ls-files', '-coz', '--exclude-standard'], {
    cwd: packageRoot(),
    encoding: 'utf8',
  });
  for (const file of list
    .split('\0')
    .filter((name) => name !== '' && existsSync(join(packageRoot(), name)))) {
    if (/^(test|bench|reports)\//.test(file)) continue;
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(packageRoot(), file), join(to, file));
  }
  symlinkSync(join(packageRoot(), 'node_modules'), join(to, 'node_modules'));
}
