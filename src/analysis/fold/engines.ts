import type { EventOf, Outcome } from '../../history/schema.ts';
import type { EngineRecord } from '../records.ts';

/** Counts the requests of engines that are not ours. */
interface Engines {
  readonly record: ReadonlyMap<string, EngineRecord>;
  ended(load: string, engine: string, outcome: Outcome): void;
  summary(event: EventOf<'engine-summary'>): void;
}

export function engines(): Engines {
  const record = new Map<string, EngineRecord>();
  const of = (load: string, engine: string): EngineRecord => {
    const found = record.get(load) ?? { load, engine, started: 0, byOutcome: new Map(), problems: [] };
    record.set(load, found);
    return found;
  };
  return {
    record,
    ended(load, engine, outcome) {
      const found = of(load, engine);
      found.started += 1;
      found.byOutcome.set(outcome, (found.byOutcome.get(outcome) ?? 0) + 1);
    },
    summary({ load, engine, problems }) {
      of(load, engine).problems.push(...problems);
    },
  };
}
