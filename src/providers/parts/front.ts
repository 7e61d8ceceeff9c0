import type { NodeName } from '../../base/units.ts';
import type { LoadTarget } from '../../load/config.ts';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Our own load balancer, started as a process of the host. It keeps a log of every connection. */
export interface EdgeFront {
  readonly kind: 'edge';
  /** It can bind the client's address, so the nodes see the client's own. */
  readonly keepsClientAddress: boolean;
  /** What the edge listens on, as the edge binds it. */
  listen(): HostPort;
  /** What load connects to; port 0: the one that the edge reports once it listens. */
  dial(): HostPort;
  /** The address that health checks come from; null: any. */
  checkFrom(): string | null;
  /** Nodes that it never sends traffic to. */
  excludeNodes(): readonly NodeName[];
}

/** A real load balancer in front of the Service. It keeps no log for us, so no loss has a path. */
export interface BalancerFront {
  readonly kind: 'balancer';
  /** What load connects to. Throws `cluster-failed` if the Service has no address yet. */
  dial(): Promise<HostPort>;
}

/** A URL, with whatever is behind it. */
export interface UrlFront {
  readonly kind: 'url';
  /** The target of streams. */
  readonly target: LoadTarget;
  /** What probes ask the same host for. Absent: the same. */
  readonly probePath?: string;
}

/** What load connects to. */
export type Front = EdgeFront | BalancerFront | UrlFront;
