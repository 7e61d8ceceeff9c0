import type { Nanoseconds } from '../../base/units.ts';
import { serviceAnnotation } from '../../changes/kinds/index.ts';
import type { SwitchoverContext } from '../strategy.ts';

/** Sets annotations of the Service, or takes them away. Resolves with the instant right before the last of them. */
export async function annotate(
  { changes, service, now }: Pick<SwitchoverContext, 'changes' | 'service' | 'now'>,
  annotations: Readonly<Record<string, string>>,
  present: boolean,
): Promise<Nanoseconds> {
  let at = now();
  for (const [annotation, text] of Object.entries(annotations)) {
    at = now();
    await changes.make(serviceAnnotation, { ...service, annotation }, { text: present ? text : null });
  }
  return at;
}
