import { AppsV1Api, CoordinationV1Api, CoreV1Api } from '@kubernetes/client-node';
import type { WallClock } from '../base/clock.ts';
import { type ChangeLog, changeLog, type Unwound } from '../changes/change-log.ts';
import { createJournal } from '../changes/journal.ts';
import type { Plan } from '../plan/schema.ts';
import type { JournalPlace } from '../providers/journals.ts';
import { startTimeOf } from '../providers/processes.ts';
import type { Provider } from '../providers/provider.ts';
import { realMs } from './run.ts';

/** The log of a run that begins. Throws if the journal cannot be written: then nothing has been changed. */
export function openChanges(
  place: JournalPlace,
  {
    plan,
    provider,
    clock,
    signal,
  }: { plan: Plan; provider: Provider; clock: WallClock; signal: AbortSignal },
): ChangeLog {
  let core: CoreV1Api | null = null;
  let apps: AppsV1Api | null = null;
  let coordination: CoordinationV1Api | null = null;
  return changeLog({
    journal: createJournal(place.file, {
      owner: { runId: place.runId, pid: process.pid, startTime: startTimeOf(process.pid) ?? '' },
      what: `run of ${plan.experiment} on ${plan.provider}`,
      place: provider.cluster.place(plan),
      wallTime: clock.wall().toISOString(),
    }),
    world: (of) => ({
      core() {
        core ??= provider.cluster.kubeConfig().makeApiClient(CoreV1Api);
        return core;
      },
      apps() {
        apps ??= provider.cluster.kubeConfig().makeApiClient(AppsV1Api);
        return apps;
      },
      coordination() {
        coordination ??= provider.cluster.kubeConfig().makeApiClient(CoordinationV1Api);
        return coordination;
      },
      kubectl: provider.cluster.kubectl,
      signal: of,
      sleep: (ms, until = of) => clock.sleep(realMs(plan, ms), until),
    }),
    signal,
    now: clock.wall,
  });
}

/** What could not be undone, in one line each: what, and why. */
export const failuresOf = (unwound: readonly Unwound[]): string[] =>
  unwound.filter(({ result }) => result === 'failed').map(({ what, detail }) => `${what}: ${detail}`);

/** What somebody else has changed meanwhile, and so was left alone. */
export const leftOf = (unwound: readonly Unwound[]): string[] =>
  unwound.filter(({ result }) => result === 'left').map(({ what, detail }) => `${what}: ${detail}`);
