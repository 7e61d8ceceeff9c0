import { MidflightError } from '../base/errors.ts';
import { abortController, abortsWith } from '../base/signals.ts';
import type { ChangeLog } from '../changes/change-log.ts';
import type { OpenedContext } from '../kube/open-context.ts';
import { failuresOf } from '../run/changes.ts';
import { hold } from '../run/hold.ts';
import { contextLog } from './context-log.ts';
import { onSignals } from './signals.ts';

/** A cluster that is there already, while this process alone changes it. */
interface HeldCluster {
  readonly changes: ChangeLog;
  /** A second journal: what `changes` keeps in the end must not keep what is in this one. */
  log(what: string): ChangeLog;
  /** Aborted by Ctrl-C, and when somebody else has taken the Lease. */
  readonly signal: AbortSignal;
}

/**
 * Takes the Lease, does the work, undoes what the work has neither undone nor kept, and gives the Lease back. `failures`: what
 * could not be undone. Throws `cluster-failed` with the holder if somebody else has the cluster, and what the work throws.
 */
export async function withHeldCluster<T>(
  {
    opened,
    what,
    say,
  }: { readonly opened: OpenedContext; readonly what: string; readonly say: (text: string) => void },
  work: (held: HeldCluster) => Promise<T>,
): Promise<{ readonly result: T; readonly failures: readonly string[] }> {
  const interruption = onSignals(process, (exitCode) => process.exit(exitCode));
  const lost = abortController();
  const signal = abortsWith(interruption.signal, lost.signal);
  const logs: ChangeLog[] = [];
  const log = (of: string) => {
    const opening = contextLog({ opened, what: of }, signal);
    logs.push(opening);
    return opening;
  };
  const changes = log(what);
  const held = hold(changes, { cluster: { disposable: false, kubeConfig: () => opened.kubeConfig } });
  let failures: readonly string[] = [];
  let result: T;
  try {
    await held.take(({ reason }) => lost.abort(new MidflightError('cluster-failed', reason)));
    result = await work({ changes, log, signal });
  } finally {
    failures = failuresOf(await held.release());
    if (logs.some(({ open }) => open > 0)) say('not all was undone; midflight clean tries again');
    for (const one of logs) one.close();
    interruption.dispose();
  }
  return { result, failures };
}
