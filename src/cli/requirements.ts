import { MidflightError } from '../base/errors.ts';
import { requireK6 } from '../load/k6/find.ts';
import type { Plan } from '../plan/schema.ts';

/** What the loads of a plan need and this machine lacks, as the errors that a run would end with: k6, if one asks for it. */
export function missingEngines({ load }: Pick<Plan, 'load'>, env: NodeJS.ProcessEnv): MidflightError[] {
  return load.flatMap(({ kind, name }) => {
    if (kind !== 'k6') return [];
    try {
      requireK6(name, env);
      return [];
    } catch (error) {
      if (error instanceof MidflightError) return [error];
      throw error;
    }
  });
}
