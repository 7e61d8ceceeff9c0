import { nodeExclusion } from '../../changes/kinds/index.ts';
import { exclusionOwner } from '../exclusion-owner.ts';
import type { Step } from '../strategy.ts';
import { checkedPort, checkedSince } from './checked.ts';

/** Takes away the exclude labels that midflight has set for this Service, and no others. Over when the balancer has checked the nodes and holds them for what they are. */
export const include = ({ pinned }: { readonly pinned: boolean }): Step => ({
  name: 'include',
  async make(context) {
    const owner = exclusionOwner(context.service);
    const excluded = (await context.nodes()).filter(({ excludedFor }) => excludedFor.includes(owner));
    const since = context.now();
    await Promise.all(
      excluded.map(({ name: node }) =>
        context.changes.make(nodeExclusion, { node, owner }, { excluded: false }),
      ),
    );
    const { balancer } = context;
    // A balancer that holds ingress nodes alone takes none of them back.
    const { from } = context.edge.backends[balancer?.policy ?? 'Cluster'];
    // What is excluded for another Service too stays out.
    const names = excluded.filter(({ excludedFor }) => excludedFor.length === 1).map(({ name }) => name);
    if (names.length === 0 || balancer === null || from !== 'nodes') return null;
    const port = await checkedPort(context, pinned);
    const checked = checkedSince(balancer, since, port);
    return {
      what: `the balancer to take ${names.join(', ')} back and to check them on port ${port}`,
      seen: () => names.every((name) => balancer.targets.has(name)) && checked(),
    };
  },
});
