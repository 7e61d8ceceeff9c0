import { type Outcome, type OutcomeLook, outcomeLooks, outcomeTraits } from '../../catalogue/outcomes.ts';

/** How an outcome is drawn. */
type Look = (typeof outcomeLooks)[OutcomeLook];

export const lookOf = (outcome: Outcome): Look => outcomeLooks[outcomeTraits[outcome].look];

/** Those that occur, each once and always in one order, with how often. */
export function looksIn(outcomes: readonly Outcome[]): (Look & { readonly count: number })[] {
  return Object.values(outcomeLooks)
    .map((look) => ({ ...look, count: outcomes.filter((outcome) => lookOf(outcome) === look).length }))
    .filter(({ count }) => count > 0);
}
