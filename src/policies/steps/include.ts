import { nodeLabel } from '../../changes/kinds/index.ts';
import { excludeLabel } from '../../kube/names.ts';
import type { Step } from '../strategy.ts';
import { checkedPort, checkedSince } from './checked.ts';

/** Takes the exclude label away again. Over when the balancer has checked the nodes and holds them for what they are. */
export const include = ({ pinned }: { readonly pinned: boolean }): Step => ({
  name: 'include',
  async make(context) {
    const excluded = (await context.nodes()).filter(
      ({ labels, runsIngress }) => !runsIngress && labels[excludeLabel] === 'true',
    );
    const since = context.now();
    await Promise.all(
      excluded.map(({ name: node }) =>
        context.changes.make(nodeLabel, { node, label: excludeLabel }, { text: null }),
      ),
    );
    const { balancer } = context;
    // A balancer that holds ingress nodes alone takes none of them back.
    const { from } = context.edge.backends[balancer?.policy ?? 'Cluster'];
    if (excluded.length === 0 || balancer === null || from !== 'nodes') return null;
    const names = excluded.map(({ name }) => name);
    const port = await checkedPort(context, pinned);
    const checked = checkedSince(balancer, since, port);
    return {
      what: `the balancer to take ${names.join(', ')} back and to check them on port ${port}`,
      seen: () => names.every((name) => balancer.targets.has(name)) && checked(),
    };
  },
});
