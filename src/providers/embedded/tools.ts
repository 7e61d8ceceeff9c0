import { MidflightError } from '../../base/errors.ts';
import { anyKind } from '../../changes/change.ts';
import { apiKinds } from '../../changes/kinds/index.ts';
import type { Tools } from '../clean.ts';
import { anyEffects, nodeEffects } from '../node-effects.ts';
import { embeddedCluster } from './changes.ts';

/** An embedded cluster ends with its run, and everything that was changed in it with the cluster. */
export function embeddedTools(): Tools {
  const gone = async (): Promise<never> => {
    throw new MidflightError('internal', 'an embedded cluster cannot be reached after its run');
  };
  const noApi = (): never => {
    throw new MidflightError('internal', 'an embedded cluster has no API after its run');
  };
  const power = { off: gone, unplug: gone, shutdownPods: gone, killPod: gone, on: gone };
  return {
    kinds: [...apiKinds, anyKind(embeddedCluster), ...anyEffects(nodeEffects(power, () => ''))],
    world: (signal) => ({
      core: noApi,
      apps: noApi,
      coordination: noApi,
      kubectl: false,
      sleep: () => gone(),
      signal,
    }),
  };
}
