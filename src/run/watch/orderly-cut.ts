import type { HistoryEvent } from '../../history/schema.ts';

/** Streams that end within this time of each other ended together (ms). */
const togetherMs = 3000;
/** Shorter is what takes less than this share of the others' time, and has less than this share of their bytes. */
const shorter = 0.8;

interface Seen {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly ms: number;
  readonly bytes: number;
  /** Ended by us: it would have gone on, so its length is a least one. */
  readonly open: boolean;
}

/**
 * A server that ends its streams in order when it is reloaded cuts them, and HTTP's framing cannot show it. What can be
 * seen is that streams that were open when the command began ended together, and shorter than the others.
 */
export interface OrderlyCuts {
  observe(event: HistoryEvent): void;
  /** How many streams it looks so for; 0: none. */
  count(): number;
}

export function orderlyCuts(isStream: (id: string) => boolean): OrderlyCuts {
  const starts = new Map<string, number>();
  const seen: Seen[] = [];
  let commandAt: number | null = null;
  return {
    observe(event) {
      if (event.type === 'command' && event.at === 'begin') commandAt = event.t;
      else if (event.type === 'start' && isStream(event.id)) starts.set(event.id, event.t);
      else if (event.type === 'end' && starts.has(event.id)) {
        const startedAt = starts.get(event.id) ?? event.t;
        starts.delete(event.id);
        const open = event.outcome === 'cancelled';
        if (event.outcome !== 'completed' && !open) return;
        const ms = (event.t - startedAt) / 1e6;
        seen.push({ startedAt, endedAt: event.t, ms, bytes: event.bodyBytes, open });
      }
    },
    count: () => (commandAt === null ? 0 : cutTogether(seen, commandAt)),
  };
}

function cutTogether(seen: readonly Seen[], commandAt: number): number {
  const present = seen.filter((one) => one.startedAt < commandAt && one.endedAt >= commandAt && !one.open);
  const others = seen.filter((one) => one.startedAt >= commandAt || one.endedAt < commandAt || one.open);
  if (present.length === 0 || others.length === 0) return 0;
  const ms = median(others.map((one) => one.ms));
  const bytes = median(others.filter(({ open }) => !open).map((one) => one.bytes));
  const short = present
    .filter((one) => one.ms < shorter * ms && (Number.isNaN(bytes) || one.bytes < shorter * bytes))
    .sort((one, other) => one.endedAt - other.endedAt);
  // A stream alone is a chance; the others' lengths differ too.
  const enough = present.length === 1 ? 1 : Math.max(2, present.length / 4);
  const most = Math.max(
    0,
    ...short.map(
      (first, index) =>
        short.slice(index).filter(({ endedAt }) => endedAt - first.endedAt <= togetherMs * 1e6).length,
    ),
  );
  return most >= enough ? most : 0;
}

/** NaN of none. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
