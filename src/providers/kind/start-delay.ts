import type { V1Container } from '@kubernetes/client-node';
import type { Milliseconds } from '../../base/units.ts';

/**
 * A command that begins after a while, for images that have a shell. SIGTERM ends the wait at once: a shell that is
 * process 1 ignores signals without a trap.
 */
export function startedLate(delayMs: Milliseconds, command: readonly string[]): Pick<V1Container, 'command'> {
  if (delayMs === 0) return { command: [...command] };
  const wait = `trap 'exit 0' TERM; sleep ${delayMs / 1000} & wait $!; trap - TERM; exec "$@"`;
  return { command: ['/bin/sh', '-c', wait, 'late', ...command] };
}
