/*
 * Preloaded into a run or `clean` (node --import): ends it by SIGKILL at one chosen line of its journal, right before the
 * line is written, or right after it is on the disk. MIDFLIGHT_TEST_KILL_AT is a number, or what the line is with the
 * how-manieth of that kind: `3:before`, `3:after`, `done node-power 1:before`. The journal is the only file that is synced
 * with fdatasync.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [at = '', side] = (process.env.MIDFLIGHT_TEST_KILL_AT ?? '').split(':');
const { writeSync, fdatasyncSync, readFileSync, readlinkSync } = fs;
const counts = new Map();
let total = 0;
let chosen = false;

/** Kinds of changes by their ids: a line that says how a change went names only the id. */
function kindsIn(handle) {
  const lines = readFileSync(`/proc/self/fd/${handle}`, 'utf8').split('\n').filter(Boolean);
  return new Map(
    lines
      .map((line) => JSON.parse(line))
      .map(({ id, kind }) => [id, kind])
      .filter(([, kind]) => kind),
  );
}

function nameOf(handle, text) {
  const { type, kind, id } = JSON.parse(text);
  return `${type} ${kind ?? kindsIn(handle).get(id) ?? ''}`.trim();
}

fs.writeSync = (handle, data, ...more) => {
  if (typeof data === 'string' && readlinkSync(`/proc/self/fd/${handle}`).includes('/journal-')) {
    total += 1;
    const name = nameOf(handle, data);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    chosen = at === String(total) || at === `${name} ${counts.get(name)}`;
    if (chosen && side === 'before') process.kill(process.pid, 'SIGKILL');
  }
  return writeSync(handle, data, ...more);
};
fs.fdatasyncSync = (handle) => {
  fdatasyncSync(handle);
  if (chosen && side === 'after') process.kill(process.pid, 'SIGKILL');
};
syncBuiltinESMExports();
