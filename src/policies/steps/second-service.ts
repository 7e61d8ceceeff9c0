import type { Nanoseconds } from '../../base/units.ts';
import type { PolicyTraits } from '../../catalogue/policies.ts';
import { secondServiceOf } from '../../catalogue/switchovers.ts';
import { wholeService } from '../../changes/kinds/index.ts';
import type { Step } from '../strategy.ts';
import { checkedPort, checkedSince } from './checked.ts';

/**
 * A second Service with the new policy, and a balancer of its own. Over when that has checked every target, and
 * each that it holds for healthy passes connections on: the check of kube-proxy itself knows nothing of a new Service.
 */
export const secondService = ({ final }: Pick<PolicyTraits, 'final'>): Step => ({
  name: 'second Service',
  async make(context) {
    const { changes, second, service } = context;
    if (second === null) return null;
    const since = context.now();
    const name = secondServiceOf(service.name);
    const manifest = JSON.stringify(await context.serviceLike(name, final));
    await changes.make(wholeService, { namespace: service.namespace, name }, { manifest });
    const balancer = await second.begin(name);
    const port = await checkedPort({ ...context, ports: () => context.ports(name) }, false, final);
    const checked = checkedSince(balancer, since, port);
    return {
      what: `the second balancer to follow ${final} and to check port ${port}, and its nodes to pass connections on`,
      seen: () => balancer.policy === final && checked() && [...balancer.healthy].every(second.passes),
    };
  },
});

/**
 * Clients go to the second address. Over when the first balancer has no connection left, but through a node that died, where
 * nobody ends them, and gets no new one.
 */
export const move: Step = {
  name: 'move clients',
  async make({ second, nodes, now, quietNs, isLost }) {
    if (second === null) return null;
    const names = (await nodes()).map(({ name }) => name);
    const { first } = second;
    const movedAt: Nanoseconds = now();
    second.moveClients();
    return {
      what: 'the last connection through the first balancer to end',
      seen: () =>
        names.every(
          (node) =>
            (first.openConnections(node) === 0 || isLost(node)) &&
            now() - Math.max(movedAt, first.lastOpened(node) ?? 0) >= quietNs,
        ),
    };
  },
};
