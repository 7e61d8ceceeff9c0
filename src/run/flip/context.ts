import type { AppsV1Api, CoreV1Api, V1Service } from '@kubernetes/client-node';
import type { Clock } from '../../base/clock.ts';
import { MidflightError } from '../../base/errors.ts';
import { type Milliseconds, type NodeName, nsPerMs } from '../../base/units.ts';
import type { TrafficPolicy } from '../../catalogue/policies.ts';
import { excludeLabel } from '../../kube/names.ts';
import type { PlannedEdge } from '../../plan/schema.ts';
import type { BalancerSight, SwitchoverContext } from '../../policies/index.ts';
import { nodesSeen, type PodGroup, serviceSight, templateSeen } from '../cluster-sight.ts';

/** The Service whose policy is changed, and what is known of it before. */
export interface FlippedService {
  readonly namespace: string;
  readonly name: string;
  readonly policy: TrafficPolicy;
  /** Its pods. */
  readonly pods: PodGroup;
  /** Nodes that somebody else has taken out of the balancer: they are left alone. */
  readonly excluded: ReadonlySet<NodeName>;
}

/** Reads it. Throws `bad-usage` for a Service whose policy does not matter or whose pods are not its own choice. */
export async function readFlipped(
  core: CoreV1Api,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<FlippedService> {
  const { spec } = await core.readNamespacedService({ namespace, name });
  const where = `Service ${namespace}/${name}`;
  if (spec?.type !== 'LoadBalancer' && spec?.type !== 'NodePort')
    throw new MidflightError(
      'bad-usage',
      `it has type ${spec?.type ?? 'ClusterIP'}: the policy does not matter`,
      {
        where,
        hint: 'midflight audit lists those of type LoadBalancer and NodePort',
      },
    );
  const selector = Object.entries(spec.selector ?? {});
  if (selector.length === 0)
    throw new MidflightError('bad-usage', 'it selects no pods: which nodes serve is not known', { where });
  const labelSelector = selector.map(([key, text]) => `${key}=${text}`).join(',');
  const pods = { namespace, labelSelector };
  const nodes = await nodesSeen(core, pods, new Set());
  return {
    namespace,
    name,
    policy: policyOf(spec),
    pods,
    excluded: new Set(nodes.filter(({ labels }) => excludeLabel in labels).map((node) => node.name)),
  };
}

const policyOf = (spec: V1Service['spec']): TrafficPolicy =>
  spec?.externalTrafficPolicy === 'Local' ? 'Local' : 'Cluster';

interface FlipContextOptions {
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly service: FlippedService;
  readonly edge: PlannedEdge;
  readonly final: TrafficPolicy;
  readonly changes: SwitchoverContext['changes'];
  readonly balancer: BalancerSight;
  readonly readyNodes: () => ReadonlySet<NodeName>;
  readonly clock: Clock;
  readonly stabilityMs: Milliseconds;
}

/**
 * What a switchover gets of a cluster that is there already. `all`: with the nodes that somebody else has excluded, for
 * preconditions; the steps neither label nor unlabel those.
 */
export function flipContext(options: FlipContextOptions, which: 'all' | 'ours' = 'ours'): SwitchoverContext {
  const { core, apps, service, edge, final, changes, balancer, readyNodes, clock, stabilityMs } = options;
  const { namespace, name } = service;
  const never = which === 'all' ? new Set<NodeName>() : service.excluded;
  return {
    changes,
    service: { namespace, name },
    edge,
    final,
    // Where clients go is their own: a second address is theirs to move to.
    second: null,
    balancer,
    readyIngress: readyNodes,
    nodes: () => nodesSeen(core, service.pods, never),
    ingressTemplate: () => templateSeen(core, apps, service.pods),
    // A balancer without a log shows no open connections.
    awaitEstablished: false,
    ...serviceSight(core, { namespace, name }),
    now: clock.now,
    quietNs: stabilityMs * nsPerMs,
  };
}
