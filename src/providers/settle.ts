import { adviceOf, MidflightError } from '../base/errors.ts';
import { abortsAfter } from '../base/signals.ts';
import type { Plan } from '../plan/schema.ts';
import { cleanUp, type Left, leftovers } from './clean.ts';
import type { Provider } from './provider.ts';
import { strays } from './strays.ts';

/** The limit for one dead run. Real milliseconds. */
const limitMs = 300_000;

/**
 * Before a cluster is opened: what dead runs left that was theirs alone (processes, clusters that go with their run) is
 * cleaned up and reported; first by their journals, then by the notes of those whose journal is gone. On a cluster that stays
 * nothing is undone unasked: a run on it is refused until `midflight clean` has done that. Throws `cluster-failed`.
 */
export async function settleLeftovers(
  plan: Plan,
  provider: Provider,
  say: (text: string) => void,
): Promise<void> {
  const dead = leftovers().left.filter(({ alive }) => !alive);
  const target = provider.cluster.place(plan);
  for (const one of dead) {
    const { place, what } = one.content.opening;
    if (place.provider !== plan.provider) continue;
    if (place.kept !== true) await cleanOne(one, say);
    else if (place.cluster === target.cluster) {
      throw new MidflightError(
        'cluster-failed',
        `${what} was killed and has left changes on ${place.cluster}`,
        {
          hint: 'midflight clean undoes them; midflight clean --dry-run says what they are',
        },
      );
    }
  }
  for (const stray of await strays({ marks: 'noted', clusters: [plan.provider] })) {
    try {
      const done = await stray.remove();
      if (done !== undefined) say(`an earlier run had left ${stray.what}: ${done}`);
    } catch (error) {
      say(`an earlier run had left ${stray.what}, still there: ${adviceOf(error)}`);
    }
  }
}

async function cleanOne(one: Left, say: (text: string) => void): Promise<void> {
  const { unwound, open } = await cleanUp(one, abortsAfter(limitMs));
  const { what } = one.content.opening;
  const done = unwound
    .filter(({ result }) => result === 'restored')
    .map((each) => `${each.what}: ${each.detail}`);
  if (done.length > 0) say(`cleaned up after ${what}, which was killed: ${done.join('; ')}`);
  if (open > 0) say(`not all that ${what} left could be undone: midflight clean tries again`);
}
