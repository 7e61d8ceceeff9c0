import { plainAddress } from '../../../base/address.ts';
import { type Nanoseconds, nsPerMs } from '../../../base/units.ts';
import type { EndpointView } from './types.ts';

/** Which pod the connections of a client address go to, for one node port. */
export interface Affinity {
  /** The endpoint that the client is bound to, if it is still one; else the one that `choose` gives, bound from now on. */
  of(
    client: string | undefined,
    endpoints: readonly EndpointView[],
    choose: () => EndpointView | undefined,
  ): EndpointView | undefined;
}

/**
 * sessionAffinity: ClientIP as kube-proxy keeps it: by node and port, by the address that the connection arrives from, for
 * the time-out from the client's last connection (pkg/proxy/iptables/proxier.go: the module `recent`; nftables: a map
 * with time-outs). It outlives a change of the policy, and a pod that is no endpoint any more lets its clients go.
 */
export function affinity(timeoutMs: number, now: () => Nanoseconds): Affinity {
  const bound = new Map<string, { readonly to: string; readonly until: Nanoseconds }>();
  return {
    of(client, endpoints, choose) {
      const from = plainAddress(client ?? '');
      const known = bound.get(from);
      const at = now();
      const held =
        known !== undefined && at < known.until
          ? endpoints.find((endpoint) => keyOf(endpoint) === known.to)
          : undefined;
      const endpoint = held ?? choose();
      if (endpoint !== undefined) bound.set(from, { to: keyOf(endpoint), until: at + timeoutMs * nsPerMs });
      return endpoint;
    },
  };
}

const keyOf = ({ address, port }: EndpointView) => `${address}:${port}`;
