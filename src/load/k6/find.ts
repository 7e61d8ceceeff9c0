import { MidflightError } from '../../base/errors.ts';
import { findProgram, isProgram } from '../../base/find-program.ts';

/** The k6 binary: $MIDFLIGHT_K6, else the first in PATH; null if there is none. */
export function findK6(env: Readonly<Record<string, string | undefined>>): string | null {
  const named = env.MIDFLIGHT_K6;
  if (named !== undefined && named !== '') return isProgram(named) ? named : null;
  return findProgram('k6', env);
}

/** The same for a load item that needs it. Throws `missing-requirement` with how to install it. */
export function requireK6(load: string, env: Readonly<Record<string, string | undefined>>): string {
  const found = findK6(env);
  if (found !== null) return found;
  const named = env.MIDFLIGHT_K6;
  throw new MidflightError(
    'missing-requirement',
    named ? `MIDFLIGHT_K6=${named} is no program` : `load '${load}' needs k6, which is not in PATH`,
    {
      hint: 'install k6 (https://grafana.com/docs/k6/latest/set-up/install-k6, or go install go.k6.io/k6@v1.8.1), put it into PATH or name it by MIDFLIGHT_K6, or take the load out of the scenario',
    },
  );
}
