import type { HistoryEvent } from '../../history/schema.ts';

/** The events of one attempt at a trial, until they have their place in the history. */
export interface ShownPart {
  take(event: HistoryEvent): void;
  /** Does it if this is the trial that is shown. */
  inFront(then: () => void): void;
  /** It is over: all of its events, in their order. */
  close(): readonly HistoryEvent[];
}

interface ShownParts {
  /** `began` is called once the load of its trial is in flight. */
  part(index: number, began: () => void): ShownPart;
}

/**
 * Shows one trial at a time: the first of those that are under way, from its first event on, until it is over. A trial
 * that was over before its turn is shown all at once.
 */
export function shownParts(show: (event: HistoryEvent) => void): ShownParts {
  const waiting = new Set<State>();
  let front: State | null = null;
  const catchUp = (state: State) => {
    for (; state.shown < state.events.length; state.shown += 1)
      show(state.events[state.shown] as HistoryEvent);
  };
  /** Shows what is new of the one in front, and goes on to the next while that one is over. */
  const turn = () => {
    for (;;) {
      front ??= [...waiting].sort((one, other) => one.index - other.index)[0] ?? null;
      if (front === null) return;
      catchUp(front);
      if (!front.over) return;
      waiting.delete(front);
      front = null;
    }
  };
  return {
    part(index, began) {
      const state: State = { index, events: [], shown: 0, over: false };
      waiting.add(state);
      return {
        take(event) {
          state.events.push(event);
          if (event.type === 'phase' && event.phase === 'steady') began();
          if (event.type === 'trial-end') state.over = true;
          turn();
        },
        inFront(then) {
          if (state === front) then();
        },
        close() {
          state.over = true;
          turn();
          return state.events;
        },
      };
    },
  };
}

interface State {
  readonly index: number;
  readonly events: HistoryEvent[];
  /** How many of them have been shown. */
  shown: number;
  over: boolean;
}
