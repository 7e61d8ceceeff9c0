import { MidflightError } from '../base/errors.ts';
import { faults } from '../faults/index.ts';
import type { Plan } from '../plan/schema.ts';
import type { Provider } from '../providers/provider.ts';

/** Throws `fault-failed` if the plan's fault needs an effect that this cluster does not offer: before anything starts. */
export function refuseUnable({ fault }: Pick<Plan, 'fault'>, { effects, name }: Provider): void {
  if (fault === null) return;
  const missing = faults[fault.kind].needs.filter((effect) => effects[effect] === undefined);
  if (missing.length === 0) return;
  const able = Object.values(faults).filter(({ needs }) => needs.every((one) => effects[one] !== undefined));
  const words = able.map(({ kind }) => kind).join(', ');
  throw new MidflightError(
    'fault-failed',
    `${fault.kind} cannot be injected into this cluster (${name}): it offers no ${missing.join(' and no ')}`,
    { hint: `it can do: ${words}. Or run the experiment on embedded or kind` },
  );
}
