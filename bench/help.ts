import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { median } from 'simple-statistics';
import { packageRoot } from '../src/base/package.ts';
import type { Measured, Part } from './result.ts';

/** Starts of each, in turn, so that a machine that becomes slower makes both slower. */
const starts = 21;

/** How long a person waits for `midflight --help`, beside a Node.js that does nothing. */
export const helpPart: Part = {
  name: 'help',
  limitSeconds: 60,
  async run(progress) {
    progress(`${starts} starts each`);
    const cli = join(packageRoot(), 'dist', 'midflight.mjs');
    const bare: number[] = [];
    const help: number[] = [];
    for (let turn = 0; turn < starts; turn += 1) {
      bare.push(milliseconds(['--eval', '0']));
      help.push(milliseconds([cli, '--help']));
    }
    return measured(median(help), median(bare));
  },
};

function milliseconds(args: readonly string[]): number {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return performance.now() - began;
}

const measured = (help: number, bare: number): Measured => ({
  title: '--help',
  how: [
    `\`midflight --help\`, median of ${starts} starts, each after one of a Node.js that does nothing (\`node --eval 0\`), which is`,
    'the least that any program on it takes.',
  ],
  columns: [
    { key: 'help', title: 'wall ms', digits: 0 },
    { key: 'ratio', title: 'of a bare start', digits: 2 },
  ],
  rows: [
    { name: 'midflight --help', figures: { help, ratio: help / bare } },
    { name: 'node --eval 0', figures: { help: bare, ratio: 1 } },
  ],
  targets: [{ what: '`midflight --help`', measured: help, limit: 150, unit: 'ms', kind: 'at-most' }],
});
