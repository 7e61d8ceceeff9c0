import type { ClusterName } from '../catalogue/clusters.ts';
import type { Effects } from '../changes/effects.ts';
import type { Cluster } from './parts/cluster.ts';
import type { Front } from './parts/front.ts';
import type { Host } from './parts/host.ts';
import type { WorkloadSource } from './parts/workload.ts';

export type { Cluster, ProviderEvents } from './parts/cluster.ts';
export type { BalancerFront, EdgeFront, Front, HostPort, UrlFront } from './parts/front.ts';
export type { Host, RoleName } from './parts/host.ts';
export type { Workload, WorkloadSource } from './parts/workload.ts';

/** What every measurement needs: somewhere to run from, and something to send load to. `midflight watch` has no more. */
export interface Place<F extends Front = Front> {
  readonly host: Host;
  readonly front: F;
  /** Ends in order what its parts have started. Never throws, and may be called at any time, twice. */
  down(): Promise<void>;
}

/**
 * A place to run experiments, made of parts that know nothing of each other. Whoever uses one speaks to Kubernetes through
 * cluster.kubeConfig(); only what no API offers is asked of a part. Every method may throw MidflightError.
 */
export interface Provider<F extends Front = Front> extends Place<F> {
  readonly name: ClusterName;
  readonly cluster: Cluster;
  readonly workload: WorkloadSource;
  /** What can be done to its nodes beside the API, by presence: a plan that needs one that is missing is refused. */
  readonly effects: Effects;
}
