import type { ClusterName } from '../catalogue/clusters.ts';
import type { ProviderEntry } from './entry.ts';

/** Every provider, by the name of its row in src/catalogue/clusters.ts. Only the code of the one that is asked for is loaded. */
export const registry: Readonly<Record<ClusterName, () => Promise<ProviderEntry>>> = {
  embedded: async () => (await import('./embedded/entry.ts')).embeddedEntry,
  kind: async () => (await import('./kind/entry.ts')).kindEntry,
  context: async () => (await import('./context/entry.ts')).contextEntry,
};
