import type { Outcome } from '../../history/schema.ts';

/** How an outcome is drawn: similar ones share a colour, since a reader can distinguish six, not sixteen. */
export interface Look {
  readonly colour: string;
  readonly word: string;
}

const completed = { colour: 'var(--good)', word: 'completed' };
const hung = { colour: 'var(--bad)', word: 'fell silent' };
const cut = { colour: 'var(--cut)', word: 'cut within the answer' };
const shut = { colour: 'var(--shut)', word: 'never answered' };
const wrong = { colour: 'var(--wrong)', word: 'wrong answer' };
const ours = { colour: 'var(--ink)', word: 'not known' };
const cancelled = { colour: 'var(--muted)', word: 'ended by us' };

const looks: Record<Outcome, Look> = {
  completed,
  hung,
  truncated: cut,
  'reset-mid-body': cut,
  refused: shut,
  'connect-timeout': shut,
  'slow-connect': shut,
  unreachable: shut,
  unresolved: shut,
  'tls-failed': shut,
  'tls-rejected': shut,
  'closed-before-response': shut,
  'reset-before-response': shut,
  'refused-unprocessed': shut,
  'http-error': wrong,
  'wrong-body': wrong,
  malformed: wrong,
  'local-error': ours,
  unclear: ours,
  cancelled,
};

export const lookOf = (outcome: Outcome): Look => looks[outcome];

/** Those that occur, each once and always in one order, with how often. */
export function looksIn(outcomes: readonly Outcome[]): (Look & { readonly count: number })[] {
  return [completed, hung, cut, shut, wrong, ours, cancelled]
    .map((look) => ({ ...look, count: outcomes.filter((outcome) => looks[outcome] === look).length }))
    .filter(({ count }) => count > 0);
}
