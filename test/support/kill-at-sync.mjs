/*
 * Preloaded into a run (node --import): ends it by SIGKILL at one chosen write of its journal, right before the line is
 * on the disk, or right after. MIDFLIGHT_TEST_KILL_AT: `3:before`, `3:after`. The journal is the only file that is synced
 * with fdatasync.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [at, side] = (process.env.MIDFLIGHT_TEST_KILL_AT ?? '').split(':');
const real = fs.fdatasyncSync;
let count = 0;
fs.fdatasyncSync = (handle) => {
  count += 1;
  const chosen = String(count) === at;
  if (chosen && side === 'before') process.kill(process.pid, 'SIGKILL');
  real(handle);
  if (chosen && side === 'after') process.kill(process.pid, 'SIGKILL');
};
syncBuiltinESMExports();
