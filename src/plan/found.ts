import type { LoadedScenario } from '../scenario/load.ts';
import type { Plan, PlannedNode, PlannedOwnCluster, PlannedPlacement } from './schema.ts';

/** What was read from a cluster that is there already, in place of the scenario's parts for one that is made. */
export interface FoundCluster {
  readonly context: PlannedOwnCluster['context'];
  readonly nodes: readonly PlannedNode[];
  /** The Service's pods: what runs them, how they end, where they are. */
  readonly pods: Pick<
    PlannedPlacement,
    'kind' | 'replicas' | 'nodeSelector' | 'tolerations' | 'terminationGraceMs' | 'preStopMs'
  > & { readonly on: Readonly<Record<string, number>> };
  readonly service: Plan['service'];
  /** The balancer in front, and how it was recognized. Null: the scenario names it. */
  readonly edge: Plan['edge'] | null;
  readonly evidence: string;
}

/**
 * The parts of a plan that the cluster itself decides. A scenario's nodes, pods and timers do not apply there: they are
 * left out, and that is reported.
 */
export function foundParts(found: FoundCluster): Pick<Plan, 'nodes' | 'ingress' | 'app' | 'service'> {
  const pods = { ...found.pods, on: { ...found.pods.on }, startDelayMs: 0 };
  return {
    nodes: [...found.nodes],
    ingress: {
      ...pods,
      // Settings of an ingress that no object of the API shows. None of them is reported of such a cluster.
      allowList: [],
      trustedIPs: [],
      graceTimeOutMs: pods.terminationGraceMs,
      requestAcceptGraceTimeoutMs: 0,
      readinessPeriodMs: 10_000,
      readiness: { initialDelayMs: 0, timeoutMs: 1000, failureThreshold: 3, successThreshold: 1 },
    },
    // What answers behind the Service's pods is not known: they count as both.
    app: pods,
    service: found.service,
  };
}

/** The parts of a scenario that do not apply there, in words. */
export function foundNotices(
  { evidence }: FoundCluster,
  { edge }: Pick<Plan, 'edge'>,
  { locate }: Pick<LoadedScenario, 'locate'>,
): string[] {
  const unused = (['nodes', 'ingress', 'app', 'service', 'timers', 'cloud'] as const).filter(
    (key) => locate([key]) !== undefined,
  );
  return [
    `the balancer is ${edge.preset} (${evidence}): it is not ours, and what it has done by when is inferred from its published times`,
    ...(unused.length === 0
      ? []
      : [`${unused.join(', ')} of the file are left out: the cluster has its own`]),
  ];
}
