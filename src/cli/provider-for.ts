import type { Plan } from '../plan/schema.ts';
import type { ProviderOptions } from '../providers/entry.ts';
import type { Provider } from '../providers/provider.ts';
import { registry } from '../providers/registry.ts';

/** Which cluster a plan runs on. Only the chosen provider's code is loaded. */
export async function providerFor(plan: Plan, options: ProviderOptions): Promise<Provider> {
  return (await registry[plan.provider]()).provider(options, plan);
}

/** Throws `missing-requirement` with what the clusters of these plans lack here, before anything is started. */
export async function requireClusters(plans: readonly Plan[]): Promise<void> {
  for (const name of new Set(plans.map(({ provider }) => provider))) {
    const { check } = await registry[name]();
    await check?.(plans.filter(({ provider }) => provider === name));
  }
}
