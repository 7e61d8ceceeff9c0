import type { Nanoseconds } from '../../base/units.ts';
import { healthzPort } from '../../kube/names.ts';
import type { BalancerSight } from '../sight.ts';
import type { SwitchoverContext } from '../strategy.ts';

/** The port that the balancer should check now, by the preset, the Service and the pin. */
export async function checkedPort(
  { edge, balancer, ports }: Pick<SwitchoverContext, 'edge' | 'balancer' | 'ports'>,
  pinned: boolean,
  policy = balancer?.policy ?? 'Cluster',
): Promise<number | null> {
  const port = pinned && edge.pinCheck !== null ? edge.pinCheck.port : edge.checks[policy].port;
  if (port === 'healthz') return healthzPort;
  const { nodePort, healthCheckNodePort } = await ports();
  if (port === 'nodePort') return nodePort;
  if (port === 'healthCheckNodePort') return healthCheckNodePort;
  return port === 'pod' ? null : port;
}

/**
 * Whether the balancer has asked every target on this port since then, and its verdict agrees with the answer: a target
 * that died meanwhile is found unhealthy, and holds nothing up. One at least must be healthy.
 */
export function checkedSince(
  balancer: BalancerSight,
  since: Nanoseconds,
  port: number | null,
): () => boolean {
  return () =>
    balancer.reconciledAt > since &&
    balancer.healthy.size > 0 &&
    [...balancer.targets].every((node) => {
      const check = balancer.lastCheck(node);
      return (
        check !== null && check.at > since && check.port === port && check.ok === balancer.healthy.has(node)
      );
    });
}
