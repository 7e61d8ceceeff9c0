import { MidflightError } from '../../base/errors.ts';
import type { RoleHandle } from '../../base/role.ts';
import type { LoadTarget } from '../../load/config.ts';
import { launchLocal } from '../local-role.ts';
import { newToken } from '../processes.ts';
import type { Place, UrlFront } from '../provider.ts';

/** A URL measured from this machine: no cluster, no workload, nothing that could be done to it. */
export function urlPlace(target: LoadTarget): Place<UrlFront> {
  const token = newToken();
  const handles: Pick<RoleHandle, 'stop'>[] = [];
  return {
    host: {
      clients: () => [],
      kubeConfig() {
        throw new MidflightError('internal', 'a URL has no Kubernetes API');
      },
      async launch(protocol, config, name) {
        const handle = await launchLocal(protocol, config, name, token);
        handles.push(handle);
        return handle;
      },
    },
    front: { kind: 'url', target },
    async down() {
      await Promise.all(handles.splice(0).map((handle) => handle.stop()));
    },
  };
}
