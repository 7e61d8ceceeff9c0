import type { EventOf } from '../../history/schema.ts';
import type { LatenessRecord } from '../records.ts';

/** How late instruments were, and which failed. */
interface Lateness {
  readonly record: LatenessRecord;
  take(event: EventOf<'lateness'> | EventOf<'instrument-failed'>): void;
}

export function latenessFold(): Lateness {
  const record: LatenessRecord = { lateness: [], instrumentFailures: [] };
  return {
    record,
    take(event) {
      if (event.type === 'lateness') record.lateness.push(event);
      else record.instrumentFailures.push(event);
    },
  };
}
