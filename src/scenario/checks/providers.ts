import type { Problem } from '../error.ts';
import type { Sound } from './sound.ts';

/** Keys of a provider's block that this provider has no use for. */
export function checkProviders({ providers = {} }: Sound): Problem[] {
  return Object.entries(providers).flatMap(([provider, block]) =>
    provider === 'kind'
      ? []
      : (['kubeProxyMode', 'images'] as const).flatMap((key) =>
          block?.[key] === undefined
            ? []
            : [
                {
                  path: ['providers', provider, key],
                  what: `${key} is for kind clusters only`,
                  hint: 'move it to providers.kind, or remove it',
                },
              ],
        ),
  );
}
