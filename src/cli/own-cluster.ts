import type { V1Pod } from '@kubernetes/client-node';
import { MidflightError } from '../base/errors.ts';
import type { ClusterName } from '../catalogue/clusters.ts';
import { internalTrafficPolicies } from '../catalogue/policies.ts';
import { isReadyPod } from '../kube/pods.ts';
import type { FoundCluster } from '../plan/found.ts';
import { makePlan, type PlanOptions } from '../plan/make.ts';
import type { Plan, PlannedOwnCluster } from '../plan/schema.ts';
import { plannedTargets } from '../plan/target.ts';
import { resolveEdge } from '../presets/resolve.ts';
import { topologyOf } from '../providers/context/topology.ts';
import { ownClusterRefusals } from '../run/live-fault/refusals.ts';
import { ScenarioError } from '../scenario/error.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { presetNames } from '../scenario/parts/edge.ts';
import { balancerOf, readService } from './flip-question.ts';
import type { Io } from './io.ts';
import { reading } from './rights.ts';
import { runReads } from './run-access.ts';

interface Asked {
  readonly cluster: ClusterName;
  readonly context: string;
  readonly kubeconfig: string | undefined;
}

/**
 * The plan of an experiment on a cluster of the user's: what is there takes the place of the file's nodes and pods. Reads,
 * and writes nothing. Throws ScenarioError, by line and column, for what cannot be done there.
 */
export async function planOnOwnCluster(
  loaded: LoadedScenario,
  options: PlanOptions,
  asked: Asked,
  io: Io,
): Promise<Plan> {
  const refuse = (path: readonly PropertyKey[], what: string, hint: string | null) => {
    throw new ScenarioError([{ file: loaded.file, ...loaded.nearest(path), what, hint }]);
  };
  const block = loaded.scenario.providers[asked.cluster];
  const { service, url } = block ?? {};
  if (service === undefined || url === undefined)
    return refuse(
      ['providers', asked.cluster],
      `providers.${asked.cluster} does not say which Service of the cluster is meant, and which URL leads to it`,
      `add providers: {${asked.cluster}: {service: NAMESPACE/NAME, url: 'https://…'}}`,
    );
  const read = await readService({ ...asked, service, namespace: undefined }, io.env);
  const { opened, core, report, annotation, key, service: flipped } = read;
  const isNamed = block?.edge?.preset !== undefined || loaded.locate(['edge', 'preset']) !== undefined;
  const balancer = balancerOf(undefined, annotation, report, key);
  if (!isNamed && balancer.preset === null)
    return refuse(
      ['providers', asked.cluster, 'service'],
      `which load balancer serves ${key} is not known: ${balancer.evidence}`,
      `name it as edge.preset: ${presetNames.join(', ')}`,
    );
  const { spec, nodes, pods } = await reading(opened, runReads(flipped.namespace), async () => ({
    spec: (await core.readNamespacedService(flipped)).spec,
    nodes: (await core.listNode()).items,
    pods: (await core.listNamespacedPod(flipped.pods)).items.filter(isReadyPod),
  }));
  const { sessionAffinity, sessionAffinityConfig, trafficDistribution } = spec ?? {};
  const affinity = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? null;
  const found: FoundCluster = {
    context: opened.context,
    nodes: topologyOf(nodes)
      .filter(({ controlPlane }) => !controlPlane)
      .map(({ name, pool, preemptible, labels }) => ({ name, pool, preemptible, labels, taints: [] })),
    pods: podsFound(pods, key),
    service: {
      affinitySeconds: sessionAffinity === 'ClientIP' ? affinity : null,
      trafficDistribution: distributions.find((one) => one === trafficDistribution) ?? null,
      internalTrafficPolicy:
        internalTrafficPolicies.find((one) => one === spec?.internalTrafficPolicy) ??
        internalTrafficPolicies[0],
      sourceRanges: spec?.loadBalancerSourceRanges ?? [],
    },
    edge: isNamed || balancer.preset === null ? null : resolveEdge(balancer.preset).edge,
    evidence: isNamed ? 'named in the file' : balancer.evidence,
  };
  const plan = makePlan(loaded, { ...options, found });
  const { fault, ownCluster } = plan;
  if (fault !== null && ownCluster !== undefined)
    for (const targets of plannedTargets(plan)) {
      const [first, ...more] = await ownClusterRefusals(core, {
        ...{ fault, targets, pods: flipped.pods, ownCluster, env: io.env },
      });
      if (first !== undefined)
        return refuse(
          ['fault', 'target'],
          `refused: ${first}`,
          more.length === 0 ? optInHint(ownCluster) : ['and:', ...more].join('\n'),
        );
    }
  return plan;
}

const optInHint = ({ optIn }: PlannedOwnCluster) =>
  `only nodes with the label ${optIn.key}=${optIn.value} are touched: kubectl label node NAME ${optIn.key}=${optIn.value}`;

const distributions = ['PreferSameNode', 'PreferSameZone', 'PreferClose'] as const;

/** What runs the Service's ready pods, how they end, and on which nodes they are. Throws `no-target` if there is none. */
function podsFound(pods: readonly V1Pod[], key: string): FoundCluster['pods'] {
  const [first] = pods;
  if (first === undefined)
    throw new MidflightError('no-target', `no pod of Service ${key} is Ready`, {
      hint: 'there is nothing to measure before one is',
    });
  const on: Record<string, number> = {};
  for (const { spec } of pods) on[spec?.nodeName ?? ''] = (on[spec?.nodeName ?? ''] ?? 0) + 1;
  const { spec, metadata } = first;
  const isDaemonSet = (metadata?.ownerReferences ?? []).some(({ kind }) => kind === 'DaemonSet');
  const sleeps = (spec?.containers ?? []).map(({ lifecycle }) => lifecycle?.preStop?.sleep?.seconds ?? 0);
  return {
    kind: isDaemonSet ? 'DaemonSet' : 'Deployment',
    replicas: pods.length,
    nodeSelector: spec?.nodeSelector ?? {},
    tolerations: [],
    terminationGraceMs: (spec?.terminationGracePeriodSeconds ?? 30) * 1000,
    preStopMs: Math.max(0, ...sleeps) * 1000,
    on,
  };
}
