import type { KubeConfig } from '@kubernetes/client-node';
import type { ClusterTraits } from '../../../src/catalogue/clusters.ts';
import { apiWorld } from '../../../src/changes/api-world.ts';
import { apiKinds } from '../../../src/changes/kinds/index.ts';
import { contextProvider } from '../../../src/providers/context/index.ts';
import type { ProviderEntry } from '../../../src/providers/entry.ts';
import { doctorCheck } from '../../../src/providers/machine-checks.ts';
import type { Provider } from '../../../src/providers/provider.ts';

/** The row of src/catalogue/clusters.ts: what plan, prediction, reports and command line have to know of it. */
export const stagingTraits = {
  words: 'On our staging cluster',
  made: true,
  compressesTime: false,
  madeOfProcesses: false,
  modelIngress: false,
  faultsAtOnce: false,
  reachesPods: false,
  wholeSeconds: true,
  startSeconds: 5,
  perTrialSeconds: 8,
  nodeStartMs: 90_000,
  agents: 'any',
  options: [],
  keys: [],
} as const satisfies ClusterTraits;

const workload = {
  service: { namespace: 'shop', name: 'front' },
  ingress: { namespace: 'shop', labelSelector: 'app=ingress' },
  app: { namespace: 'shop', labelSelector: 'app=shop', service: 'shop' },
  hostname: 'shop.example',
};

/** The folder's index.ts: its parts, and what it has no part for it does not offer. In the repository it has its `name` as well. */
function stagingProvider(kubeConfig: KubeConfig): Omit<Provider, 'name'> {
  const { cluster, ...parts } = contextProvider({ kubeConfig, workload });
  const place = () => ({ provider: 'staging', cluster: 'staging', kept: true });
  return { ...parts, cluster: { ...cluster, place } };
}

/** The folder's entry.ts: all that is asked of it from outside. */
export const stagingEntry = (open: () => KubeConfig) =>
  ({
    provider: () => stagingProvider(open()),
    async examine() {
      const { server } = open().getCurrentCluster() ?? { server: '' };
      return [doctorCheck('staging', server !== '', server, 'name our kubeconfig in KUBECONFIG')];
    },
    // For `midflight clean`: which kinds of changes its journals may hold, and what undoing them works on.
    tools: async () => ({ kinds: apiKinds, world: apiWorld(open()) }),
  }) satisfies Omit<ProviderEntry, 'provider'> & { provider(): Omit<Provider, 'name'> };
