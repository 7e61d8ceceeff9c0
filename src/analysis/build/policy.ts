import { MidflightError } from '../../base/errors.ts';
import { type PlannedTrial, plannedTrial } from '../../plan/schema.ts';

/** The policy that a history names. Throws `bad-history` for one that this version does not know. */
export function policyOf(name: string | null): PlannedTrial['policy'] {
  const { data, success } = plannedTrial.shape.policy.safeParse(name);
  if (success) return data;
  throw new MidflightError('bad-history', `the history has a trial of policy '${name}'`, {
    hint: 'a newer midflight may have written it; make the report with that version',
  });
}
