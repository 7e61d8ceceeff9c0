import { MidflightError } from '../../base/errors.ts';
import { openContext } from '../../kube/open-context.ts';
import { targetOfUrl } from '../../load/target.ts';
import type { ProviderEntry } from '../entry.ts';
import { contextProvider } from './index.ts';
import { serviceWorkload } from './service-workload.ts';
import { contextTools, placeOf } from './tools.ts';

/** A cluster of the user's: `midflight run --cluster context:NAME`, `midflight flip`, `midflight clean`. */
export const contextEntry: ProviderEntry = {
  provider({ kubeconfig, env, headers = {} }, { ownCluster }) {
    if (ownCluster === undefined) throw new MidflightError('internal', 'the cluster has not been read');
    const { context, service, url, address, probePath } = ownCluster;
    const opened = openContext({ context, kubeconfig }, env);
    return contextProvider({
      kubeConfig: opened.kubeConfig,
      workload: (core) => serviceWorkload(core, service, url),
      place: placeOf(opened),
      front: {
        kind: 'url',
        target: { ...targetOfUrl(new URL(url)), headers, ...(address === null ? {} : { host: address }) },
        ...(probePath === null ? {} : { probePath }),
      },
    });
  },
  tools: contextTools,
};
