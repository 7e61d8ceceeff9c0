import type { Nanoseconds, NodeName } from '../base/units.ts';
import type { TrafficPolicy } from '../catalogue/policies.ts';

/** A node, as far as a change of policy is concerned. */
export interface NodeSight {
  readonly name: NodeName;
  readonly labels: Readonly<Record<string, string>>;
  /** Whom midflight has excluded it for, by its mark on the exclude label; empty: nobody, or somebody else has. */
  readonly excludedFor: readonly string[];
  /** Keys of its taints. */
  readonly taints: readonly string[];
  readonly unschedulable: boolean;
  /** A pod of the ingress is on it: live, Ready or not. */
  readonly runsIngress: boolean;
  /** All ingress pods on it are there for the switchover only, and go again. */
  readonly runsExtraIngressOnly: boolean;
}

/** What the balancer was seen to do. A balancer that is not ours shows nothing. */
export interface BalancerSight {
  /** The policy that it follows; null: none yet. */
  readonly policy: TrafficPolicy | null;
  /** When it last took over the Service and the nodes. */
  readonly reconciledAt: Nanoseconds;
  readonly targets: ReadonlySet<NodeName>;
  readonly healthy: ReadonlySet<NodeName>;
  /** When it last sent a new connection to the node; null: never. */
  lastOpened(node: NodeName): Nanoseconds | null;
  /** How many connections to the node are open. */
  openConnections(node: NodeName): number;
  /** Its last check of the node, by when it was due; null: none yet. */
  lastCheck(
    node: NodeName,
  ): { readonly at: Nanoseconds; readonly ok: boolean; readonly port: number | null } | null;
}
