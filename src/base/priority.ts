import { constants, setPriority } from 'node:os';

/**
 * Who goes first when the processors are taken, as nice values: what measures, then the cluster that is measured, then
 * everything else, background load included. A measurement that waits for a processor takes its wait for the target's.
 */
export const niceOf = { instrument: -10, cluster: -5 } as const;

const { EACCES, EPERM } = constants.errno;

/** Raises this process if the system allows it: mostly only root may, and otherwise all stay as they are. */
export function goFirst(as: keyof typeof niceOf): void {
  try {
    setPriority(process.pid, niceOf[as]);
  } catch (error) {
    const errno = error instanceof Error && 'errno' in error ? Math.abs(Number(error.errno)) : null;
    if (errno !== EACCES && errno !== EPERM) throw error;
  }
}
