import { type Outcome, outcomes } from '../catalogue/outcomes.ts';

/** What a load process reports about its requests while it runs. */
interface Progress {
  readonly started: number;
  readonly inFlight: number;
  readonly pastFirstChunk: number;
  /** How many of the wanted streams have had a first byte, themselves or one before them in their place. */
  readonly placesBegun: number;
  readonly completed: number;
  readonly lost: number;
  readonly cancelled: number;
}

/** Counts requests by outcome. */
export interface Tally {
  started(): void;
  /** A request in flight has its first whole chunk. */
  pastFirstChunk(): void;
  placeBegun(): void;
  ended(outcome: Outcome, pastFirstChunk: boolean): void;
  /** How many have ended. */
  readonly ends: number;
  progress(): Progress;
  /** Nothing is in flight, so started must be the sum of the outcomes: in words what is wrong, else null. */
  broken(): string | null;
}

export function tally(): Tally {
  const byOutcome = new Map<Outcome, number>(outcomes.map((outcome) => [outcome, 0]));
  let started = 0;
  let inFlight = 0;
  let pastFirstChunk = 0;
  let placesBegun = 0;
  const sum = () => [...byOutcome.values()].reduce((total, count) => total + count, 0);
  return {
    started() {
      started += 1;
      inFlight += 1;
    },
    pastFirstChunk() {
      pastFirstChunk += 1;
    },
    placeBegun() {
      placesBegun += 1;
    },
    ended(outcome, past) {
      inFlight -= 1;
      if (past) pastFirstChunk -= 1;
      byOutcome.set(outcome, (byOutcome.get(outcome) ?? 0) + 1);
    },
    get ends() {
      return started - inFlight;
    },
    progress() {
      const completed = byOutcome.get('completed') ?? 0;
      const cancelled = byOutcome.get('cancelled') ?? 0;
      const lost = sum() - completed - cancelled;
      return { started, inFlight, pastFirstChunk, placesBegun, completed, lost, cancelled };
    },
    broken() {
      if (inFlight === 0 && pastFirstChunk === 0 && started === sum()) return null;
      return `${started} requests started, ${sum()} classified, ${inFlight} in flight at the end`;
    },
  };
}
