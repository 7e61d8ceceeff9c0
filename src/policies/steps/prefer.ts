import type { PolicyTraits } from '../../catalogue/policies.ts';
import { serviceDistribution } from '../../changes/kinds/index.ts';
import type { Step } from '../strategy.ts';

/** One patch of trafficDistribution. The balancer knows nothing of it, so nothing at it is waited for. */
export const prefer = (distribution: NonNullable<PolicyTraits['becomes']>): Step => ({
  name: 'prefer',
  async make({ changes, service }) {
    await changes.make(serviceDistribution, { ...service }, { distribution });
    return null;
  },
});
