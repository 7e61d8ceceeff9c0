import type { Nanoseconds, NodeName } from '../../base/units.ts';
import { nodeLabel } from '../../changes/kinds/index.ts';
import { excludeLabel } from '../../kube/names.ts';
import { podless } from '../preconditions.ts';
import type { BalancerSight, NodeSight } from '../sight.ts';
import type { Evidence, Step, SwitchoverContext } from '../strategy.ts';

/** Labels nodes out of the balancer: those without an ingress pod, or those that have one for the switchover only. */
const excluding = (which: (nodes: readonly NodeSight[]) => NodeSight[]): Step => ({
  name: 'exclude',
  async make(context) {
    const nodes = which(await context.nodes()).map(({ name }) => name);
    // All at once: a balancer that forgets its verdicts when it reloads would send to those that are not labelled yet.
    await Promise.all(
      nodes.map((node) => context.changes.make(nodeLabel, { node, label: excludeLabel }, { text: 'true' })),
    );
    const { balancer } = context;
    return nodes.length === 0 || balancer === null ? null : left(nodes, balancer, context);
  },
});

/**
 * Over when the balancer no longer counts the nodes among its targets and sends them no new connection. Their open ones go
 * on: the patch leaves them alone, and a kept one may never end. They are waited for only if that was asked for.
 */
export const exclude: Step = excluding(podless);
export const excludeExtra: Step = excluding((nodes) => nodes.filter((node) => node.runsExtraIngressOnly));

function left(
  nodes: readonly NodeName[],
  balancer: BalancerSight,
  { now, quietNs, awaitEstablished }: Pick<SwitchoverContext, 'now' | 'quietNs' | 'awaitEstablished'>,
): Evidence {
  let goneAt: Nanoseconds | null = null;
  const quiet = (since: Nanoseconds) =>
    nodes.every((node) => now() - Math.max(since, balancer.lastOpened(node) ?? 0) >= quietNs);
  return {
    what: `no ${awaitEstablished ? 'connection, new or open,' : 'new connection'} through ${nodes.join(', ')}`,
    seen() {
      if (nodes.some((node) => balancer.targets.has(node))) {
        goneAt = null;
        return false;
      }
      goneAt ??= now();
      if (awaitEstablished && nodes.some((node) => balancer.openConnections(node) > 0)) return false;
      return quiet(goneAt);
    },
  };
}
