import { MidflightError } from '../../base/errors.ts';
import type { StreamsConfig } from '../config.ts';

/** Files beside the sockets of the streams: the program, pipes, sockets that are about to close. */
const reserve = 100;

/** Throws `missing-requirement` if the streams could not all be open; `limit`: of open files, null if unknown. */
export function requireFiles(
  { load, concurrency }: Pick<StreamsConfig, 'load' | 'concurrency'>,
  limit: number | null,
): void {
  const needed = concurrency + reserve;
  if (limit === null || needed <= limit) return;
  throw new MidflightError(
    'missing-requirement',
    `load '${load}': ${concurrency} streams need ${needed} open files, and one process may have ${limit}; raise the limit (ulimit -Hn, as root), or split the load into several`,
  );
}
