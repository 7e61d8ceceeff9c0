import { AppsV1Api, CoreV1Api } from '@kubernetes/client-node';
import { monotonic } from '../../base/clock.ts';
import { MidflightError } from '../../base/errors.ts';
import { abortController } from '../../base/signals.ts';
import type { TrafficPolicy } from '../../catalogue/policies.ts';
import { switchoverPolicy } from '../../catalogue/policies.ts';
import { type SwitchoverName, switchoverNames, switchovers } from '../../catalogue/switchovers.ts';
import type { World } from '../../changes/change.ts';
import { excludeLabel } from '../../kube/names.ts';
import type { ApiAccess } from '../../kube/request.ts';
import { type ApiCall, shadowApi } from '../../kube/shadow-api.ts';
import type { PlannedEdge } from '../../plan/schema.ts';
import {
  type BalancerSight,
  type NodeSight,
  refusalOf,
  type Step,
  type SwitchoverContext,
  strategyOf,
} from '../../policies/index.ts';
import { type FlipCost, measuredFlip, measuredFlips } from '../../policies/measured.ts';
import { include } from '../../policies/steps/include.ts';
import { type FlippedService, flipContext } from './context.ts';

/** One way to change the policy of a Service: may it be taken, and what did it cost when it was measured? */
export interface FlipChoice {
  readonly strategy: SwitchoverName;
  /** Why it must not begin; null: it may. */
  readonly refusal: string | null;
  /** On the embedded cluster, in front of the same balancer; undefined: not measured. */
  readonly measured: FlipCost | undefined;
}

/** A step as it would be taken. */
export interface PlannedStep {
  readonly name: string;
  readonly calls: readonly ApiCall[];
  /** Null: nothing is waited for. */
  readonly waitsFor: string | null;
}

interface FlipQuestion {
  readonly kubeConfig: ApiAccess;
  readonly service: FlippedService;
  readonly edge: PlannedEdge;
  readonly final: TrafficPolicy;
  /** Open connections through a node that is excluded are waited for. */
  readonly awaitEstablished?: boolean;
}

/** Every way there is, the best first: those that may begin, by what was lost, failed, and how long it took. */
export async function flipChoices(question: FlipQuestion): Promise<FlipChoice[]> {
  const all = measuredFlips();
  const choices: FlipChoice[] = [];
  for (const strategy of switchoverNames) {
    const policy = policyName(question, strategy);
    const preconditions = strategyOf(policy, question.edge).switchOver?.preconditions ?? [];
    choices.push({
      strategy,
      refusal: await refusalOf(preconditions, shadowContext(question).context),
      measured: measuredFlip(question.edge.preset, policy, all),
    });
  }
  return choices.sort(byCost(preferenceFor(question)));
}

/**
 * What may begin before what is refused; then by what failed, what was lost, and how long it took if it was measured. What
 * was not measured comes after what cost nothing, by its preference, and what has none at the end.
 */
const byCost =
  (preferenceOf: (strategy: SwitchoverName) => number) =>
  (one: FlipChoice, other: FlipChoice): number => {
    const rank = ({ strategy, refusal, measured }: FlipChoice) => [
      refusal === null ? 0 : 1,
      measured === undefined && switchovers[strategy].preference === null
        ? 1
        : share(measured?.failed ?? 0, measured?.sent ?? 0),
      share(measured?.streamsLost ?? 0, measured?.streams ?? 0),
      measured === undefined ? 1 : 0,
      measured?.totalSeconds ?? preferenceOf(strategy),
    ];
    const [left, right] = [rank(one), rank(other)];
    const at = left.findIndex((value, index) => value !== right[index]);
    return at === -1 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
  };

/** The healthCheckNodePort closes at a flip to Cluster: if the balancer then sends to nobody, its check is pinned first. */
function preferenceFor({ edge, final }: Pick<FlipQuestion, 'edge' | 'final'>) {
  const losesCheck = final === 'Cluster' && edge.allUnhealthy === 'none';
  return (strategy: SwitchoverName): number => {
    const { needs = [], preference } = switchovers[strategy];
    return losesCheck && needs.includes('pinned-check') ? 0 : (preference ?? Number.POSITIVE_INFINITY);
  };
}

const share = (part: number, of: number) => (of === 0 ? 0 : part / of);

/** The one asked for, or the best. Throws `cluster-failed` with the reasons if it may not begin. */
export function chosen(choices: readonly FlipChoice[], wanted: SwitchoverName | 'auto'): FlipChoice {
  const found = wanted === 'auto' ? choices[0] : choices.find(({ strategy }) => strategy === wanted);
  if (found === undefined) throw new MidflightError('internal', `no strategy ${wanted}`);
  if (found.refusal === null) return found;
  throw new MidflightError('cluster-failed', `${found.strategy} is ${found.refusal}`, {
    hint: choices.map(({ strategy, refusal }) => `${strategy}: ${refusal ?? 'may be taken'}`).join('\n'),
  });
}

/** The steps with every call that would change something, in order. Nothing is written. */
export async function plannedSteps(question: FlipQuestion, strategy: SwitchoverName): Promise<PlannedStep[]> {
  const { context, calls } = shadowContext(question);
  const planned: PlannedStep[] = [];
  for (const { name, make } of flipSteps(question, strategy)) {
    const from = calls.length;
    const evidence = await make(context);
    planned.push({
      name,
      calls: calls.slice(from), // Which healthCheckNodePort the API will choose nobody knows yet.
      waitsFor: evidence?.what.replace('port null', 'its health check port') ?? null,
    });
  }
  return planned;
}

/**
 * The steps of one way. A flip to Cluster also gives back the nodes that an earlier flip has left excluded, whatever the way:
 * every node serves under it.
 */
export function flipSteps(
  question: Pick<FlipQuestion, 'service' | 'edge' | 'final'>,
  strategy: SwitchoverName,
): readonly Step[] {
  const steps = strategyOf(policyName(question, strategy), question.edge).switchOver?.steps ?? [];
  const back = include({ pinned: false });
  const left = question.final === 'Cluster' && question.service.excluded.length > 0;
  return left && !steps.some(({ name }) => name === back.name) ? [...steps, back] : steps;
}

const policyName = ({ final }: Pick<FlipQuestion, 'final'>, strategy: SwitchoverName) =>
  switchoverPolicy(final === 'Local' ? 'Cluster->Local' : 'Local->Cluster', strategy);

/** The cluster as the steps would make it, one after the other. */
function shadowContext({ kubeConfig, service, edge, final, awaitEstablished = false }: FlipQuestion) {
  const shadow = shadowApi(kubeConfig);
  const core = shadow.client(CoreV1Api);
  const apps = shadow.client(AppsV1Api);
  const world: World = {
    core: () => core,
    apps: () => apps,
    coordination: () => {
      throw new MidflightError('internal', 'a plan takes no lease');
    },
    kubectl: true,
    sleep: async () => {},
    signal: abortController().signal,
  };
  let policy = service.policy;
  const balancer: BalancerSight = {
    get policy() {
      return policy;
    },
    reconciledAt: 0,
    targets: new Set(),
    healthy: new Set(),
    lastOpened: () => null,
    openConnections: () => 0,
    lastCheck: () => null,
  };
  const changes: SwitchoverContext['changes'] = {
    async make(kind, target, wanted) {
      const result = await kind.do(world, { target, before: await kind.look(world, target), wanted });
      if (kind.kind === 'service-policy') policy = final;
      return result;
    },
  };
  const context = flipContext({
    core,
    apps,
    service,
    edge,
    final,
    changes,
    balancer,
    readyNodes: () => new Set(),
    isLost: () => false,
    clock: monotonic,
    stabilityMs: 0,
    awaitEstablished,
  });
  const nodes = async () => (await context.nodes()).map((node) => asIfSpread(node, shadow.calls));
  return { context: { ...context, nodes }, calls: shadow.calls };
}

/** A DaemonSet that is only planned has no pods: nodes without one of the ingress are taken to have one of it. */
function asIfSpread(node: NodeSight, calls: readonly ApiCall[]): NodeSight {
  const last = calls.filter(({ path }) => path.includes('/daemonsets')).at(-1);
  const spread = last?.method === 'POST' && !node.runsIngress && !(excludeLabel in node.labels);
  return spread ? { ...node, runsIngress: true, runsExtraIngressOnly: true } : node;
}
