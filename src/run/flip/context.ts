import type { AppsV1Api, CoreV1Api, V1Service } from '@kubernetes/client-node';
import type { Clock } from '../../base/clock.ts';
import { MidflightError } from '../../base/errors.ts';
import { type Milliseconds, type NodeName, nsPerMs } from '../../base/units.ts';
import type { TrafficPolicy } from '../../catalogue/policies.ts';
import { labelSelectorText } from '../../kube/labels.ts';
import type { PlannedEdge } from '../../plan/schema.ts';
import { type BalancerSight, exclusionOwner, type SwitchoverContext } from '../../policies/index.ts';
import { nodesSeen, othersOnLocal, type PodGroup, serviceSight, templateSeen } from '../cluster-sight.ts';

/** The Service whose policy is changed, and what is known of it before. */
export interface FlippedService {
  readonly namespace: string;
  readonly name: string;
  readonly policy: TrafficPolicy;
  /** Its pods. */
  readonly pods: PodGroup;
  /** Nodes that an earlier flip has taken out of the balancer for it. */
  readonly excluded: readonly { readonly name: NodeName; readonly excludedFor: readonly string[] }[];
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
  const labelSelector = labelSelectorText(spec.selector ?? {});
  if (labelSelector === '')
    throw new MidflightError('bad-usage', 'it selects no pods: which nodes serve is not known', { where });
  const pods = { namespace, labelSelector };
  const nodes = await nodesSeen(core, pods);
  return {
    namespace,
    name,
    policy: policyOf(spec),
    pods,
    excluded: nodes.filter(({ excludedFor }) => excludedFor.includes(exclusionOwner({ namespace, name }))),
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
  readonly isLost: SwitchoverContext['isLost'];
  readonly clock: Clock;
  readonly stabilityMs: Milliseconds;
  /** The balancer's sight knows how many connections through a node are open, and they are waited for. */
  readonly awaitEstablished?: boolean;
}

/** What a switchover gets of a cluster that is there already. */
export function flipContext(options: FlipContextOptions): SwitchoverContext {
  const { core, apps, service, edge, final, changes, balancer, readyNodes, clock, stabilityMs } = options;
  const { namespace, name } = service;
  return {
    changes,
    service: { namespace, name },
    edge,
    final,
    // Clients choose their own address: moving to a second one is up to them.
    second: null,
    balancer,
    readyIngress: readyNodes,
    isLost: options.isLost,
    nodes: () => nodesSeen(core, service.pods),
    others: () => othersOnLocal(core, { namespace, name }),
    ingressTemplate: () => templateSeen(core, apps, service.pods),
    // A balancer without a log shows no open connections; the nodes' own tables do.
    awaitEstablished: options.awaitEstablished ?? false,
    ...serviceSight(core, { namespace, name }),
    now: clock.now,
    quietNs: stabilityMs * nsPerMs,
  };
}
