import { remembered } from '../../base/remember.ts';
import type { EventOf } from '../../history/schema.ts';
import type { SourceCounts } from '../records.ts';
import { hostOf } from './host.ts';
import type { Phases } from './phases.ts';

/** Counts which address ingresses saw for which client, before and after the switchover. */
interface Sources {
  readonly record: { readonly early: SourceCounts; readonly late: SourceCounts };
  ended(start: EventOf<'start'>, end: EventOf<'end'>): void;
}

export function sources(phases: Pick<Phases, 'flippedAt' | 'settledAt'>): Sources {
  const record = { early: new Map(), late: new Map() } satisfies Sources['record'];
  const intern = remembered((text) => text);
  return {
    record,
    ended({ t, lane }, { path, local }) {
      // A kept connection keeps its address through a flip: what counts is what a new one gets.
      if (path?.source == null || local === null || lane === 'reused') return;
      const late = t >= phases.settledAt;
      // Between the flip and its end both are right.
      if (!late && phases.flippedAt !== null && t >= phases.flippedAt) return;
      const counts: SourceCounts = late ? record.late : record.early;
      const { source } = path;
      const client = hostOf(local);
      const key = `${source} ${client}`;
      const found = counts.get(key);
      if (found !== undefined) found.count += 1;
      else counts.set(key, { source: intern(source), client: intern(client), count: 1 });
    },
  };
}
