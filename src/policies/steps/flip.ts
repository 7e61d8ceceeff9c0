import type { PolicyTraits } from '../../catalogue/policies.ts';
import { servicePolicy } from '../../changes/kinds/index.ts';
import type { Step } from '../strategy.ts';
import { checkedPort, checkedSince } from './checked.ts';

/** The patch itself. Over when the balancer follows it and has checked every target on the port of the new policy. */
export const flip = (
  { final }: Pick<PolicyTraits, 'final'>,
  { pinned }: { readonly pinned: boolean },
): Step => ({
  name: 'flip',
  async make(context) {
    const { changes, service, balancer } = context;
    const since = context.now();
    await changes.make(servicePolicy, { ...service }, { policy: final, healthCheckNodePort: null });
    if (balancer === null) return null;
    const port = await checkedPort(context, pinned, final);
    const checked = checkedSince(balancer, since, port);
    return {
      what: `the balancer to follow ${final} and to check port ${port}`,
      seen: () => balancer.policy === final && checked(),
    };
  },
});

/** The patch alone, which waits for nothing. */
export const patch = ({ final }: Pick<PolicyTraits, 'final'>): Step => ({
  name: 'flip',
  async make({ changes, service }) {
    await changes.make(servicePolicy, { ...service }, { policy: final, healthCheckNodePort: null });
    return null;
  },
});
