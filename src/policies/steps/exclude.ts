import type { Nanoseconds, NodeName } from '../../base/units.ts';
import { nodeLabel } from '../../changes/kinds/index.ts';
import { excludeLabel } from '../../kube/names.ts';
import { podless } from '../preconditions.ts';
import type { BalancerSight } from '../sight.ts';
import type { Evidence, Step, SwitchoverContext } from '../strategy.ts';

/**
 * Labels the nodes without an ingress pod out of the balancer. Over when it no longer counts them among its targets and
 * sends them no new connection. Their open ones go on: the patch leaves them alone, and a kept one may never end.
 */
export const exclude: Step = {
  name: 'exclude',
  async make(context) {
    const nodes = podless(await context.nodes()).map(({ name }) => name);
    for (const node of nodes) {
      await context.changes.make(nodeLabel, { node, label: excludeLabel }, { text: 'true' });
    }
    const { balancer } = context;
    return nodes.length === 0 || balancer === null ? null : left(nodes, balancer, context);
  },
};

function left(
  nodes: readonly NodeName[],
  balancer: BalancerSight,
  { now, quietNs }: Pick<SwitchoverContext, 'now' | 'quietNs'>,
): Evidence {
  let goneAt: Nanoseconds | null = null;
  const quiet = (since: Nanoseconds) =>
    nodes.every((node) => now() - Math.max(since, balancer.lastOpened(node) ?? 0) >= quietNs);
  return {
    what: `no new connection through ${nodes.join(', ')}`,
    seen() {
      if (nodes.some((node) => balancer.targets.has(node))) {
        goneAt = null;
        return false;
      }
      goneAt ??= now();
      return quiet(goneAt);
    },
  };
}
