import { MidflightError } from '../../base/errors.ts';
import type { Plan } from '../../plan/schema.ts';
import type { DoctorCheck } from '../machine-checks.ts';
import { kindDoctor } from './doctor.ts';

/** The programs without which nothing can be started; the rest (memory, kernel limits) is for `midflight doctor` to judge. */
const isVital = ({ name }: DoctorCheck) => name === 'Docker' || name === 'kind' || name.startsWith('image ');

/** Throws `missing-requirement` with everything that a kind cluster lacks here, before anything is started. */
export async function requireKind(plans: readonly Plan[]): Promise<void> {
  const missing = new Map<string, DoctorCheck>();
  const images = new Map(plans.map((plan) => [JSON.stringify(plan.images), plan.images]));
  for (const wanted of images.values()) {
    const given = Object.entries(wanted).flatMap(([part, image]) => (image === null ? [] : [[part, image]]));
    for (const check of await kindDoctor(Object.fromEntries(given))) {
      if (!check.ok && isVital(check)) missing.set(check.name, check);
    }
  }
  if (missing.size === 0) return;
  const lines = [...missing.values()].map(({ name, detail, hint }) => `${name} (${detail}): ${hint ?? ''}`);
  throw new MidflightError(
    'missing-requirement',
    `a kind cluster cannot be made here; missing: ${[...missing.keys()].join(', ')}`,
    { hint: [...lines, 'midflight doctor --cluster kind looks again'].join('\n') },
  );
}
