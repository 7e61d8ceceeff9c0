import { MidflightError } from '../base/errors.ts';
import type { Plan } from '../plan/schema.ts';
import type { Provider } from '../providers/provider.ts';

/** Which cluster a plan runs on. Only the chosen provider's code is loaded. */
export async function providerFor(
  plan: Plan,
  { keep, reuse, kindConfig }: { keep: boolean; reuse: boolean; kindConfig: string | null },
): Promise<Provider> {
  switch (plan.provider) {
    case 'embedded': {
      const { embeddedProvider } = await import('../providers/embedded/index.ts');
      return embeddedProvider();
    }
    case 'kind': {
      const { kindProvider } = await import('../providers/kind/index.ts');
      return kindProvider({ keep, reuse, config: kindConfig });
    }
    case 'context':
    case 'watch':
      throw new MidflightError('bad-usage', `no experiment can be run on ${plan.provider}`);
  }
}
