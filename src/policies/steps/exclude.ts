import type { Nanoseconds, NodeName } from '../../base/units.ts';
import { nodeExclusion } from '../../changes/kinds/index.ts';
import { excludeLabel } from '../../kube/names.ts';
import { exclusionOwner } from '../exclusion-owner.ts';
import type { BalancerSight, NodeSight } from '../sight.ts';
import type { Evidence, Step, SwitchoverContext } from '../strategy.ts';

/** Labels nodes out of the balancer: those without an ingress pod, or those that have one for the switchover only. */
const excluding = (which: (node: NodeSight) => boolean): Step => ({
  name: 'exclude',
  async make(context) {
    const { balancer, changes, service } = context;
    const owner = exclusionOwner(service);
    const nodes = (await context.nodes()).filter((node) => which(node) && isOurs(node));
    const unmarked = nodes.filter(({ excludedFor }) => !excludedFor.includes(owner));
    // All at once: a balancer that forgets its verdicts when it reloads would send to those that are not labelled yet.
    await Promise.all(
      unmarked.map(({ name }) => changes.make(nodeExclusion, { node: name, owner }, { excluded: true })),
    );
    const names = nodes.map(({ name }) => name);
    return names.length === 0 || balancer === null ? null : left(names, balancer, context);
  },
});

/** Whether nobody else's label keeps the node out of the balancer. */
const isOurs = ({ labels, excludedFor }: NodeSight) => !(excludeLabel in labels) || excludedFor.length > 0;

/**
 * Over when the balancer no longer counts the nodes among its targets and sends them no new connection. Their open ones go
 * on: the patch leaves them alone, and a kept one may never end. They are waited for only if that was asked for.
 */
export const exclude: Step = excluding(({ runsIngress }) => !runsIngress);
export const excludeExtra: Step = excluding(({ runsExtraIngressOnly }) => runsExtraIngressOnly);

function left(
  nodes: readonly NodeName[],
  balancer: BalancerSight,
  {
    now,
    quietNs,
    awaitEstablished,
    isLost,
  }: Pick<SwitchoverContext, 'now' | 'quietNs' | 'awaitEstablished' | 'isLost'>,
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
      // All are asked, so that one count can answer for all. What is open through a node that died ends for nobody to see.
      const open = awaitEstablished ? nodes.filter((node) => balancer.openConnections(node) > 0) : [];
      if (open.some((node) => !isLost(node))) return false;
      return quiet(goneAt);
    },
  };
}
