import type { Nanoseconds } from '../../base/units.ts';
import type { TrafficPolicy } from '../../catalogue/policies.ts';
import type { EventOf } from '../../history/schema.ts';
import type { PhasesRecord } from '../records.ts';

/** The phases of a trial and what was done to it. */
export interface Phases {
  readonly record: PhasesRecord;
  take(event: EventOf<'phase' | 'disturbance' | 'reconcile' | 'service'>): void;
  /** When the policy was flipped; null: not yet. */
  readonly flippedAt: Nanoseconds | null;
  /** The instant from which requests meet the policy after the flip: the edge follows it, or the phase `settle` is over. */
  readonly settledAt: Nanoseconds;
}

/** `final`: the policy that a switchover ends with; null: there is none. */
export function phases(final: TrafficPolicy | null): Phases {
  const record: PhasesRecord = { phases: [], disturbances: [], services: [], followedAt: null };
  let flippedAt: Nanoseconds | null = null;
  let settledAt = Number.POSITIVE_INFINITY;
  const settled = (t: Nanoseconds) => {
    settledAt = Math.min(settledAt, t);
  };
  return {
    record,
    take(event) {
      switch (event.type) {
        case 'phase':
          if (record.phases.at(-1)?.phase === 'settle') settled(event.t);
          record.phases.push(event);
          return;
        case 'disturbance':
          record.disturbances.push(event);
          if (event.kind === 'flip' && event.at === 'begin') flippedAt ??= event.t;
          return;
        case 'service':
          record.services.push(event);
          return;
        case 'reconcile':
          // The edge follows the nodes by seconds; a trial without a fault starts no request after it has settled. A
          // switchover in steps makes it follow other changes first: only the policy that it ends with counts.
          if (flippedAt === null || event.policy !== final) return;
          record.followedAt ??= event.t;
          settled(event.t);
      }
    },
    get flippedAt() {
      return flippedAt;
    },
    get settledAt() {
      return settledAt;
    },
  };
}
