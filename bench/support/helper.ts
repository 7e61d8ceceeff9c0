import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.ts';
import { toolProcess } from '../tools/process.ts';

/** Runs a file of this folder to its end, in a process of its own; what it says last. */
export async function helper(file: string, ...args: readonly (string | number)[]): Promise<unknown> {
  const place = join(packageRoot(), 'bench', 'support', file);
  let last = 'null';
  const { ended } = toolProcess(process.execPath, ['--import', 'tsx', place, ...args.map(String)], (line) => {
    last = line;
  });
  await ended;
  return JSON.parse(last);
}
