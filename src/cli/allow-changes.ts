import { MidflightError } from '../base/errors.ts';
import { openContext } from '../kube/open-context.ts';
import type { Plan } from '../plan/schema.ts';
import type { Io } from './io.ts';
import { refuseMissing } from './rights.ts';
import { runAccess, runChanges } from './run-access.ts';

/**
 * Throws `bad-usage` unless --allow-changes is given, with what it would allow, and `api-failed` with what the credentials may
 * not do, as rules. Writes nothing.
 */
export async function refuseUnallowed(
  plans: readonly Plan[],
  {
    allowChanges = false,
    kubeconfig,
  }: { readonly allowChanges?: boolean; readonly kubeconfig?: string | undefined },
  env: Io['env'],
): Promise<void> {
  const [first] = plans;
  if (!allowChanges && first !== undefined)
    throw new MidflightError('bad-usage', 'nothing was changed: --allow-changes is not given', {
      hint: [
        'it would change:',
        ...runChanges(first),
        '--dry-run shows the plan; midflight watch URL measures and changes nothing',
      ].join('\n'),
    });
  for (const plan of plans) {
    const opened = openContext({ context: plan.ownCluster?.context, kubeconfig }, env);
    await refuseMissing(opened, runAccess(plan));
  }
}
