import { errnoOf, MidflightError, messageOf } from './errors.ts';

/** What the operating system's refusals mean, and what to do: the machine's state, not a defect of ours. */
const refusals: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ENOSPC: ['no space is left on the disk', 'free some space, or choose another folder (--out DIR, TMPDIR)'],
  EDQUOT: ['the disk quota is used up', 'free some space, or choose another folder (--out DIR, TMPDIR)'],
  EFBIG: ['the file would be larger than is allowed', 'raise the limit (ulimit -f)'],
  EROFS: ['the file system is read-only', 'choose another folder (--out DIR, TMPDIR)'],
  EACCES: ['permission denied', 'choose a file or folder that you may use (--out DIR, TMPDIR)'],
  EPERM: ['not permitted', 'choose a file or folder that you may use (--out DIR, TMPDIR)'],
  EIO: ['the device failed to read or write', 'see the system log (dmesg)'],
  EMFILE: ['too many open files', 'raise the limit (ulimit -n), or lower the load'],
  ENFILE: ['too many open files on this machine', 'end other programs, or lower the load'],
  EAGAIN: [
    'no further process or thread can be started',
    'raise the limit (ulimit -u), or end other programs',
  ],
  ENOMEM: ['no memory is left', 'end other programs, or lower the load'],
};

/**
 * The error as `missing-requirement` (exit 3), with its path and what to do, if the machine refused something: a full disk,
 * a read-only folder, too many open files. null for anything else, and for what has its own code already.
 */
export function machineErrorOf(error: unknown): MidflightError | null {
  if (error instanceof MidflightError) return null;
  const errno = errnoOf(error);
  const refusal = errno === undefined ? undefined : refusals[errno];
  if (errno === undefined || refusal === undefined) return null;
  const [what, hint] = refusal;
  return new MidflightError('missing-requirement', `${what} (${errno})`, {
    hint,
    cause: error,
    ...whereOf(error),
  });
}

function whereOf(error: unknown): { where?: string } {
  if (typeof error !== 'object' || error === null) return {};
  if ('path' in error && typeof error.path === 'string') return { where: error.path };
  return 'syscall' in error && typeof error.syscall === 'string' ? { where: error.syscall } : {};
}

/** Any error as one of ours if it is known to be none of our making, else as it is. */
export const knownError = (error: unknown): unknown => machineErrorOf(error) ?? error;

/** Why a file cannot be written, in a few words. */
export function writeFailure(error: unknown): string {
  return machineErrorOf(error)?.message ?? messageOf(error);
}
