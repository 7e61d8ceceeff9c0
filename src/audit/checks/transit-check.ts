import type { Transit } from '../facts/shares.ts';
import { transitUnderCluster } from '../facts/shares.ts';
import type { ServiceView } from '../facts/view.ts';
import type { CheckOptions, Found, ServiceCheck } from './check.ts';

/** A check of the nodes that pass a Service's connections on under Cluster. */
export function transitCheck(
  traits: Pick<ServiceCheck, 'id' | 'name' | 'severity' | 'words'>,
  find: (known: Transit, view: ServiceView, options: CheckOptions) => Found | null,
): ServiceCheck {
  return {
    ...traits,
    scenario: 'preemption.yaml',
    of: 'service',
    needs: ['nodes', 'endpoints'],
    find(view, _cluster, options) {
      const known = transitUnderCluster(view);
      return known === null ? null : find(known, view, options);
    },
  };
}
