import { readFileSync } from 'node:fs';

/** How many files this process may have open; null: the system does not report it. Node raises its limit to the hard one. */
export function openFilesLimit(limits: string = ownLimits()): number | null {
  const said = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  if (said === undefined) return null;
  return said === 'unlimited' ? Number.POSITIVE_INFINITY : Number(said);
}

function ownLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return ''; // no Linux
  }
}
