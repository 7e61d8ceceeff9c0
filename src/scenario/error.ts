import { MidflightError } from '../base/errors.ts';

export interface SourcePlace {
  readonly line: number;
  readonly col: number;
}

interface ProblemWords {
  readonly what: string;
  readonly hint: string | null;
  /** Nothing is wrong with the file: a cluster of this kind can never do it. */
  readonly ofCluster?: true;
}

/** A mistake in a scenario file, by the path of the key or item that it is about. */
export interface Problem extends ProblemWords {
  readonly path: readonly PropertyKey[];
}

/** A mistake in a scenario file, by line and column (both from 1). */
export interface PlacedProblem extends SourcePlace, ProblemWords {
  readonly file: string;
}

/** The most problems of one file that are shown. */
export const mostShown = 50;

/** All problems of one file, thrown together. */
export class ScenarioError extends MidflightError {
  readonly problems: readonly PlacedProblem[];
  /** How many there are beyond `problems`. */
  readonly more: number;
  constructor(problems: readonly PlacedProblem[], more = 0) {
    const [first] = problems;
    const others = problems.length - 1 + more;
    super('bad-scenario', `${first?.what ?? 'bad scenario'}${others > 0 ? ` (and ${others} more)` : ''}`, {
      ...(first === undefined ? {} : { where: `${first.file}:${first.line}:${first.col}` }),
      ...(first?.hint ? { hint: first.hint } : {}),
    });
    this.problems = problems;
    this.more = more;
  }
}
