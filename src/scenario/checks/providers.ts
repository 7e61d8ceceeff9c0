import { clusterKeys, clusterNames, clusters, ownClusterNames } from '../../catalogue/clusters.ts';
import type { Problem } from '../error.ts';
import type { Sound } from './sound.ts';

export const checkProviders = (sound: Sound): Problem[] => [...uselessKeys(sound), ...incomplete(sound)];

/** Keys of a provider's block that this provider has no use for. */
function uselessKeys({ providers = {} }: Sound): Problem[] {
  return clusterNames.flatMap((provider) =>
    clusterKeys
      .filter((key) => providers[provider]?.[key] !== undefined && !clusters[provider].keys.includes(key))
      .map((key) => {
        const able = clusterNames.filter((name) => clusters[name].keys.includes(key));
        return {
          path: ['providers', provider, key],
          what: `${key} is for ${able.join(' and ')} clusters only`,
          hint: `move it to providers.${able[0]}, or remove it`,
        };
      }),
  );
}

/** A cluster that is there already needs no nodes of the file, but a Service and the address that leads to it. */
function incomplete({ providers, nodes }: Sound): Problem[] {
  if (providers === undefined) return [];
  const own = ownClusterNames.filter((name) => providers[name]?.service !== undefined);
  const missing = (['service', 'url'] as const).flatMap((key): Problem[] =>
    ownClusterNames
      .filter((name) => {
        const block = providers[name];
        return block?.[key] === undefined && (block?.service !== undefined || block?.url !== undefined);
      })
      .map((name) => ({
        path: ['providers', name],
        what: `'${key}' is missing`,
        hint:
          key === 'url' ? 'add the address that leads to the Service' : 'add NAMESPACE/NAME of the Service',
      })),
  );
  if (nodes?.length !== 0 || own.length > 0) return missing;
  const hint = `add it: it is a list; it may be left out if providers.${ownClusterNames[0]}.service names a Service`;
  return [...missing, { path: ['nodes'], what: "'nodes' is missing", hint }];
}
