import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.ts';
import type { Sandbox } from './cli.ts';

const killer = join(packageRoot(), 'test', 'support', 'kill-at-line.mjs');

/** The same sandbox, in which a run or `clean` is ended by SIGKILL at one line of its journal (kill-at-line.mjs). */
export const killing = (box: Sandbox, at: string): Sandbox => ({
  ...box,
  env: { ...box.env, NODE_OPTIONS: `--import ${killer}`, MIDFLIGHT_TEST_KILL_AT: at },
});
