import { ScenarioError } from '../../src/scenario/error.ts';

/** The problems that `work` refuses a scenario for; none if it takes it. Any other error is thrown on. */
export function problemsIn(work: () => unknown): ScenarioError['problems'] {
  try {
    work();
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
  return [];
}
