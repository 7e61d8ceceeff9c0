import { readFileSync } from 'node:fs';
import { MidflightError } from '../../src/base/errors.ts';

/** Files that a process opens beside its streams. */
const others = 100;

/** Open files that one process may have, from the text of /proc/PID/limits. */
export function openFiles(limits: string): number {
  const hard = /^Max open files\s+\S+\s+(\d+|unlimited)/m.exec(limits)?.[1];
  return hard === undefined || hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
}

/** Open files of one process here. Node raises its own soft limit to the hard one. */
export const openFilesHere = (): number => openFiles(readFileSync('/proc/self/limits', 'utf8'));

/** Throws `missing-requirement` where a process may not hold so many sockets. */
export function requireFiles(sockets: number, limit: number): void {
  if (sockets + others <= limit) return;
  throw new MidflightError(
    'missing-requirement',
    `${sockets} sockets in one process need ${sockets + others} open files, and ${limit} are allowed here`,
    { hint: `raise the limit (ulimit -Hn ${sockets + others}, as root) or ask for fewer: --streams N` },
  );
}
