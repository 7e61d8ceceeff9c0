import { MidflightError } from '../../base/errors.ts';
import { anyKind } from '../../changes/change.ts';
import { anyEffects } from '../../changes/effects.ts';
import { apiKinds } from '../../changes/kinds/index.ts';
import type { Tools } from '../entry.ts';
import { embeddedCluster } from './changes.ts';
import { embeddedEffects } from './effects.ts';

/** An embedded cluster ends with its run, and everything that was changed in it with the cluster. */
export function embeddedTools(): Tools {
  const noCluster = (): never => {
    throw new MidflightError('internal', 'an embedded cluster cannot be reached after its run');
  };
  const noApi = (): never => {
    throw new MidflightError('internal', 'an embedded cluster has no API after its run');
  };
  return {
    kinds: [...apiKinds, anyKind(embeddedCluster), ...anyEffects(embeddedEffects(noCluster))],
    world: (signal) => ({
      core: noApi,
      apps: noApi,
      coordination: noApi,
      kubectl: false,
      sleep: async () => noCluster(),
      signal,
    }),
  };
}
