import { availableParallelism } from 'node:os';
import { nodeCommandWords } from '../base/command-template.ts';
import { seedOf } from '../base/random.ts';
import { parseDuration } from '../base/units.ts';
import { type ClusterName, clusters } from '../catalogue/clusters.ts';
import { type FaultTraits, faultTraits } from '../catalogue/faults.ts';
import { changesPolicy, type PolicyName, perTrafficPolicy } from '../catalogue/policies.ts';
import { zoneLabel } from '../catalogue/zones.ts';
import { resolveEdge } from '../presets/index.ts';
import { parseExpectation } from '../scenario/expectation.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { parametersOf } from '../scenario/parameter.ts';
import type { Scenario } from '../scenario/schema.ts';
import { capacityNotice } from './capacity.ts';
import { checkPlan } from './checks/index.ts';
import { clouds } from './clouds/index.ts';
import { type FoundCluster, foundNotices, foundParts } from './found.ts';
import { towardsHost } from './host-port.ts';
import { planLoad } from './loads.ts';
import { onOwnCluster, ownClusterOf } from './own-cluster.ts';
import { cutByGrace, planIngress, planPods } from './pods.ts';
import type { Plan, PlannedFault, PlannedNode, PlannedTimers, PlannedTrial } from './schema.ts';
import { expectedWallSeconds } from './wall.ts';

export interface PlanOptions {
  readonly cluster: ClusterName;
  readonly repeats?: number;
  readonly policies?: readonly PolicyName[];
  readonly seed?: number;
  readonly images?: Partial<Plan['images']>;
  /** The cores of the machine that will run it; this one's by default. */
  readonly cores?: number;
  /** What was read from a cluster that midflight does not make. Absent: nobody has looked; the scenario's parts apply. */
  readonly found?: FoundCluster;
}

type Block = NonNullable<Scenario['providers'][ClusterName]>;

/** The schema has checked every duration of a scenario already. */
const ms = (text: string): number => parseDuration(text) ?? 0;
const optionalMs = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : ms(text);

/** Resolves a scenario for one provider: its block laid over the file, presets, timers, nodes and trials filled in. */
export function makePlan(loaded: LoadedScenario, options: PlanOptions): Plan {
  const { scenario, file } = loaded;
  const block: Block = scenario.providers[options.cluster] ?? {};
  const load = (block.load ?? scenario.load).map((item) => planLoad(item, loaded.folder));
  const notices: string[] = [];
  const seed = options.seed ?? scenario.seed;
  const repeats = options.repeats ?? block.repeats ?? scenario.repeats;
  const policies = options.policies ?? block.policies ?? scenario.policies;
  const fault = faultOf(scenario, load);
  const { sendsTo } = { ...scenario.edge.overrides, ...block.edge?.overrides };
  const plan: Plan = {
    experiment: scenario.name,
    description: scenario.description,
    file,
    scenario: loaded.text,
    provider: options.cluster,
    cloud: scenario.cloud,
    seed,
    repeats,
    timeScale: timeScaleOf(block.timeScale ?? scenario.timeScale, options.cluster, notices),
    nodes: nodesOf(scenario),
    ingress: planIngress(scenario.ingress),
    app: planPods(scenario.app),
    service: serviceOf(scenario),
    edge: options.found?.edge ?? towardsHost(edgeOf(scenario, block, notices), scenario.ingress, sendsTo),
    load,
    fault,
    trials: trialsOf(policies, repeats, seed),
    stabilityMs: ms(block.stability ?? scenario.stability),
    awaitEstablished: scenario.awaitEstablished,
    observe: block.observe ?? scenario.observe,
    timers: timersOf({ ...scenario.timers, ...block.timers }),
    kubeProxyMode: block.kubeProxyMode ?? 'iptables',
    images: {
      node: options.images?.node ?? block.images?.node ?? null,
      traefik: options.images?.traefik ?? block.images?.traefik ?? null,
      app: options.images?.app ?? block.images?.app ?? null,
    },
    ...(options.found === undefined ? {} : foundParts(options.found)),
    ...(options.found === undefined ? {} : onOwnCluster(ownClusterOf(block, options.found.context), fault)),
    expectations: expectationsOf(loaded, policies, notices),
    notices,
    expectedWallSeconds: 0,
  };
  if (!load.some(({ kind }) => kind === 'probe')) {
    notices.push('no probe in the load: failover and disruption of new connections are not measured');
  }
  if (
    plan.edge?.http !== undefined &&
    plan.trials.some(({ policy }) => policy !== null && changesPolicy(policy))
  ) {
    notices.push(
      `what a flip costs behind ${plan.edge.preset} is measured, and not predicted: requests over connections that it has kept from before go on`,
    );
  }
  if (clusters[options.cluster].wholeSeconds) notices.push(...roundedTimers(plan.timers, options.cluster));
  if (options.found === undefined) notices.push(...cutByGrace(plan));
  else notices.push(...foundNotices(options.found, plan, loaded));
  const tooMuch = capacityNotice(plan, options.cores ?? availableParallelism());
  if (tooMuch !== null) notices.push(tooMuch);
  checkPlan(plan, loaded);
  return { ...plan, expectedWallSeconds: expectedWallSeconds(plan) };
}

function roundedTimers(timers: PlannedTimers, cluster: ClusterName): string[] {
  const odd = Object.values(timers).some((one) => one % 1000 !== 0);
  return odd ? [`timers are rounded to whole seconds on ${cluster}, and are at least 1s`] : [];
}

/** The overrides of the file are of the file's preset: a block that names another starts from that one afresh. */
function edgeOf({ edge }: Scenario, block: Block, notices: string[]): Plan['edge'] {
  const { preset, overrides = {} } = block.edge ?? {};
  const resolved = (...of: Parameters<typeof resolveEdge>) => {
    const result = resolveEdge(...of);
    notices.push(...result.notices);
    return result.edge;
  };
  if (preset !== undefined) return resolved(preset, overrides);
  const base = edge.overrides;
  const checks = perTrafficPolicy((policy) => ({
    ...base.checks?.[policy],
    ...overrides.checks?.[policy],
  }));
  const named = base.checks !== undefined || overrides.checks !== undefined;
  return resolved(edge.preset, { ...base, ...overrides, ...(named ? { checks } : {}) });
}

function timeScaleOf(wanted: number, cluster: PlanOptions['cluster'], notices: string[]): number {
  if (clusters[cluster].compressesTime || wanted === 1) return wanted;
  notices.push(`timeScale ${wanted} is for the embedded cluster; real clusters run in real time`);
  return 1;
}

function serviceOf({ service }: Scenario): Plan['service'] {
  const { sessionAffinity, sessionAffinityTimeout, trafficDistribution = null } = service;
  const seconds = Math.ceil(ms(sessionAffinityTimeout) / 1000);
  return {
    affinitySeconds: sessionAffinity === 'ClientIP' ? seconds : null,
    trafficDistribution,
    internalTrafficPolicy: service.internalTrafficPolicy,
    sourceRanges: service.loadBalancerSourceRanges,
  };
}

function nodesOf({ nodes, cloud }: Scenario): PlannedNode[] {
  return nodes.flatMap((pool) =>
    Array.from({ length: pool.count }, (_, index): PlannedNode => {
      const name = `${pool.name}-${index}`;
      const labels = {
        'kubernetes.io/hostname': name,
        'midflight.dev/pool': pool.name,
        ...(pool.preemptible ? clouds[cloud] : {}),
        ...(pool.zone === undefined ? {} : { [zoneLabel]: pool.zone }),
        ...pool.labels,
      };
      return { name, pool: pool.name, preemptible: pool.preemptible, labels, taints: pool.taints };
    }),
  );
}

function faultOf({ fault, cloud }: Scenario, load: Plan['load']): Plan['fault'] {
  if (fault === undefined) return null;
  const all = load.reduce((sum, item) => sum + (item.kind === 'streams' ? item.concurrency : 0), 0);
  const traits: FaultTraits = faultTraits[fault.kind];
  const parameters = parametersOf(traits, fault);
  const { command, recover } = fault;
  return {
    kind: fault.kind,
    target: targetOf(fault.target),
    pod: fault.pod,
    // Each cloud gives its own, and a fault that comes without one has none.
    ...(traits.noticeLength === undefined
      ? { notice: traits.notice === null ? null : (fault.notice ?? cloud) }
      : {}),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    ...(command === undefined || recover === undefined
      ? {}
      : { commands: { command: nodeCommandWords(command), recover: nodeCommandWords(recover) } }),
    trigger: {
      streamsInFlight: fault.trigger.streamsInFlight ?? all,
      afterMs: ms(fault.trigger.after),
      ...(fault.trigger.duringStep === undefined ? {} : { duringStep: fault.trigger.duringStep }),
    },
  };
}

function targetOf({ within, ...target }: NonNullable<Scenario['fault']>['target']): PlannedFault['target'] {
  return { ...target, ...(within === undefined ? {} : { withinMs: ms(within) }) };
}

/** Repeat by repeat, all policies of one after the other: a machine that warms up or slows down touches all alike. */
function trialsOf(policies: readonly PolicyName[], repeats: number, seed: number): PlannedTrial[] {
  return Array.from({ length: repeats }, (_, repeat) => repeat).flatMap((repeat) =>
    policies.map((policy, at) => ({
      index: repeat * policies.length + at,
      policy,
      repeat,
      seed: seedOf(seed, 'trial', repeat),
    })),
  );
}

/**
 * Kubernetes' defaults: kube-controller-manager --node-monitor-grace-period 50s (since 1.32) and --node-monitor-period
 * 5s; kubelet nodeLeaseDurationSeconds 40, renewed at a quarter of it; DefaultTolerationSeconds 300;
 * KubeProxyConfiguration iptables.minSyncPeriod 1s.
 */
function timersOf(timers: Scenario['timers']): PlannedTimers {
  return {
    nodeMonitorGraceMs: optionalMs(timers.nodeMonitorGracePeriod) ?? 50_000,
    nodeMonitorPeriodMs: optionalMs(timers.nodeMonitorPeriod) ?? 5000,
    leaseRenewMs: optionalMs(timers.leaseRenewInterval) ?? 10_000,
    podEvictionMs: optionalMs(timers.podEvictionTimeout) ?? 300_000,
    proxyMinSyncMs: optionalMs(timers.proxyMinSyncPeriod) ?? 1000,
  };
}

function expectationsOf(
  { scenario, locate }: LoadedScenario,
  policies: readonly PolicyName[],
  notices: string[],
): Plan['expectations'] {
  const planned: Plan['expectations'] = [];
  for (const [policy, block] of Object.entries(scenario.expect)) {
    if (policy !== 'all' && !policies.some((name) => name === policy)) {
      notices.push(`the expectations for ${policy} are left out: this run has no such trial`);
      continue;
    }
    for (const [metric, condition] of Object.entries(block)) {
      const parsed = parseExpectation(metric, condition);
      if (!parsed.ok) continue; // loadScenario has refused the file for it
      planned.push({
        ...parsed.expectation,
        policy: policy === 'all' ? null : policy,
        line: locate(['expect', policy, metric])?.line ?? null,
      });
    }
  }
  return planned;
}
