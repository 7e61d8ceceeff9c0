import { MidflightError } from '../base/errors.ts';

export interface Place {
  readonly line: number;
  readonly col: number;
}

/** One fault of a scenario file. */
export interface Fault extends Place {
  readonly file: string;
  readonly what: string;
  readonly hint: string | null;
}

/** All faults of one file, thrown together. */
export class ScenarioError extends MidflightError {
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    const [first] = faults;
    const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
    super('bad-scenario', `${first?.what ?? 'bad scenario'}${more}`, {
      ...(first === undefined ? {} : { where: `${first.file}:${first.line}:${first.col}` }),
      ...(first?.hint ? { hint: first.hint } : {}),
    });
    this.faults = faults;
  }
}
