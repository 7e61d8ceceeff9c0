import type { WallClock } from '../../base/clock.ts';
import { abortsAfter } from '../../base/signals.ts';
import { type ChangeLog, changeLog } from '../../changes/change-log.ts';
import { createJournal } from '../../changes/journal.ts';
import { noWorld } from '../../changes/no-world.ts';
import { podAgents } from '../../providers/agents/index.ts';
import { withoutCluster } from '../../providers/journals.ts';
import { startTimeOf } from '../../providers/processes.ts';
import type { Host } from '../../providers/provider.ts';
import { urlPlace } from '../../providers/url/index.ts';
import type { WatchRunOptions } from './watch.ts';

/** The limit for what is undone at the end. Real milliseconds. */
const undoLimitMs = 60_000;

/** The place that a watch sends its load from. */
interface WatchPlace {
  /** Makes ready what `host` needs. */
  open(): Promise<void>;
  readonly host: Host;
  /** Ends all processes, and undoes what was made. Returns what could not be undone; never throws. */
  down(): Promise<readonly string[]>;
}

/** This machine, or pods of a cluster, which are written down before they are made. */
export function watchPlace(
  options: Pick<WatchRunOptions, 'target' | 'agents' | 'plan'>,
  clock: WallClock,
  signal: AbortSignal,
): WatchPlace {
  const { target, agents, plan } = options;
  if (agents === undefined) {
    const place = urlPlace(target);
    return { open: async () => {}, host: place.host, down: () => place.down().then(() => []) };
  }
  const changes = logOf(agents.journal, `watch of ${plan.experiment}`, clock, signal);
  const { start, host, down } = podAgents(agents.options, changes, signal);
  return {
    open: start,
    host,
    async down() {
      await down();
      const unwound = await changes.end(abortsAfter(undoLimitMs));
      return unwound
        .filter(({ result }) => result === 'failed')
        .map(({ what, detail }) => `${what}: ${detail}`);
    },
  };
}

function logOf(
  { file, runId }: NonNullable<WatchRunOptions['agents']>['journal'],
  what: string,
  clock: WallClock,
  signal: AbortSignal,
): ChangeLog {
  return changeLog({
    journal: createJournal(file, {
      owner: { runId, pid: process.pid, startTime: startTimeOf(process.pid) ?? '' },
      what,
      place: withoutCluster,
      wallTime: clock.wall().toISOString(),
    }),
    world: noWorld,
    signal,
    now: clock.wall,
  });
}
