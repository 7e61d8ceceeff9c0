import { MidflightError } from '../../src/base/errors.ts';
import { openFilesLimit } from '../../src/base/open-files.ts';

/** Files that a process opens beside its streams. */
const others = 100;

/** Open files of one process here. */
export const openFilesHere = (): number => openFilesLimit() ?? Number.POSITIVE_INFINITY;

/** Throws `missing-requirement` if a process may not hold this many sockets. */
export function requireFiles(sockets: number, limit: number): void {
  if (sockets + others <= limit) return;
  throw new MidflightError(
    'missing-requirement',
    `${sockets} sockets in one process need ${sockets + others} open files, and ${limit} are allowed here`,
    { hint: `raise the limit (ulimit -Hn ${sockets + others}, as root) or ask for fewer: --streams N` },
  );
}
