import type { TrafficPolicy } from '../catalogue/policies.ts';
import type { CloudName, PresetName } from '../scenario/schema.ts';

/** Nodes that are alike for a traffic policy: one pool, zone, set of taints and role. */
export interface PoolShape {
  /** The cluster's pool's name, made fit for a scenario. */
  readonly name: string;
  readonly count: number;
  /** How many nodes of the cluster they represent; the same unless it was scaled down. */
  readonly of: number;
  readonly preemptible: boolean;
  readonly zone: string | null;
  readonly taints: readonly { readonly key: string; readonly value: string; readonly effect: TaintEffect }[];
  readonly runsIngress: boolean;
  /** The balancer leaves them out. */
  readonly excluded: boolean;
}

export type TaintEffect = 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';

/** How the Service's pods are made ready and ended, seconds; null: not known, so the scenario's default holds. */
export interface IngressShape {
  readonly kind: 'Deployment' | 'DaemonSet';
  /** Their number over all nodes of the shape. */
  readonly pods: number;
  readonly graceSeconds: number | null;
  readonly preStopSeconds: number | null;
  /** Its containers' preStop hooks: all of them only sleep (PodLifecycleSleepAction), or one does something else. */
  readonly hook: 'none-or-sleep' | 'other';
  readonly evictionSeconds: number | null;
  readonly traefikGraceSeconds: number | null;
  readonly traefikAcceptSeconds: number | null;
  readonly readiness: {
    readonly initialDelay: number | null;
    readonly period: number | null;
    readonly timeout: number | null;
    readonly failureThreshold: number | null;
    readonly successThreshold: number | null;
  } | null;
}

interface CheckShape {
  readonly intervalSeconds: number;
  readonly unhealthy: number;
  readonly healthy: number;
}

/** All of a cluster that decides what a death or a flip costs the clients of one Service. */
export interface Shape {
  /** `namespace/name`. */
  readonly service: string;
  readonly policy: TrafficPolicy;
  readonly cloud: CloudName;
  /** Whether the cloud gives notice of a preemption as midflight knows it. */
  readonly knowsNotice: boolean;
  readonly balancer: { readonly name: string; readonly evidence: string; readonly preset: PresetName };
  /** The value that the Service's annotations set; null: the preset's. */
  readonly checks: Readonly<Record<TrafficPolicy, CheckShape>> | null;
  readonly pools: readonly PoolShape[];
  readonly ingress: IngressShape;
  readonly affinitySeconds: number | null;
  readonly trafficDistribution: string | null;
  /** What the cluster did not show, or what a scenario cannot hold: sentences for the file's head. */
  readonly notes: readonly string[];
}

/** Nodes that the balancer sends to and that run no pod of the Service: they only pass connections on. */
export const transitOf = ({ pools }: Pick<Shape, 'pools'>): readonly PoolShape[] =>
  pools.filter(({ runsIngress, excluded }) => !runsIngress && !excluded);

export const nodesOf = (pools: readonly PoolShape[]): number =>
  pools.reduce((sum, { count }) => sum + count, 0);
