import { type Ranges, ranges } from '../base/ranges.ts';
import type { PlannedEdge } from '../plan/schema.ts';
import type { Desired } from './targets.ts';

/**
 * Who is let in. kube-proxy drops others only if the packet still has the balancer's address, and never at a node port
 * (pkg/proxy/iptables/proxier.go, syncProxyRules: "nodeports are not subject to loadBalancerSourceRanges"). We dial node ports, so the
 * check is made here, for kube-proxy as well as for a cloud's firewall. It sees the client's address under either policy: a
 * firewall stands before the node, and kube-proxy's rule in `filter`, before the address is rewritten.
 */
export function lettingIn({ sourceRanges }: Pick<PlannedEdge, 'sourceRanges'>, { service }: Desired): Ranges {
  const list = service?.sourceRanges ?? [];
  return sourceRanges === 'ignored' || list.length === 0 ? () => true : ranges(list);
}
