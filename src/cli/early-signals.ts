import { exitCodes } from '../base/errors.ts';

/*
 * Imported first of all: a signal that comes while the rest is still being loaded ends the process with the documented
 * code, not by the signal. Nothing has been started then, so nothing has to be cleaned up.
 */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const end = () => process.exit(exitCodes.interrupted);
for (const signal of signals) process.on(signal, end);

/** Hands signals over to another listener until the returned function is called. */
export function suspendEarlyEnd(): () => void {
  for (const signal of signals) process.off(signal, end);
  return () => {
    for (const signal of signals) process.on(signal, end);
  };
}
