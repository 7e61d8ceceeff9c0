import { systemClock } from '../base/clock.ts';
import { apiWorld } from '../changes/api-world.ts';
import { type ChangeLog, changeLog } from '../changes/change-log.ts';
import { createJournal } from '../changes/journal.ts';
import type { OpenedContext } from '../kube/open-context.ts';
import { placeOf } from '../providers/context/tools.ts';
import { journalPlace } from '../providers/journals.ts';
import { newToken, startTimeOf } from '../providers/processes.ts';

/** A journal for what is changed on this cluster; nothing is written before the first change. */
export function contextLog(
  {
    opened,
    what,
    place = {},
  }: { readonly opened: OpenedContext; readonly what: string; readonly place?: object },
  signal: AbortSignal,
): ChangeLog {
  const { file, runId } = journalPlace(newToken());
  return changeLog({
    journal: createJournal(file, {
      owner: { runId, pid: process.pid, startTime: startTimeOf(process.pid) ?? '' },
      what,
      place: { ...placeOf(opened), ...place },
      wallTime: systemClock.wall().toISOString(),
    }),
    world: apiWorld(opened.kubeConfig),
    signal,
    now: systemClock.wall,
  });
}
