import type { V1DaemonSet, V1PodTemplateSpec } from '@kubernetes/client-node';
import type { Milliseconds, NodeName } from '../../base/units.ts';
import { daemonSet } from '../../changes/kinds/index.ts';
import { excludeLabel, extraIngressLabel } from '../../kube/names.ts';
import { extraSleepMs } from '../../plan/extra-sleep.ts';
import { ownership } from '../../workload/manifests.ts';
import { sleepingFirst } from '../extra-pods.ts';
import { podless } from '../preconditions.ts';
import type { NodeSight } from '../sight.ts';
import type { Step, SwitchoverContext } from '../strategy.ts';

const name = 'midflight-extra-ingress';
const hostnameLabel = 'kubernetes.io/hostname';

/**
 * A pod of the ingress on every node that the balancer may use and that has none. Over when each of them serves.
 * `sleepMsOf`: how long such a pod serves on once it is asked to end.
 */
const spreading = (sleepMsOf: (context: SwitchoverContext) => Milliseconds): Step => ({
  name: 'ingress everywhere',
  async make(context) {
    const nodes = podless(await context.nodes());
    const template = await context.ingressTemplate();
    if (nodes.length === 0 || template === null) return null;
    const { namespace } = context.service;
    const manifest = JSON.stringify(daemonSetOf(namespace, template, nodes, sleepMsOf(context)));
    const since = context.now();
    await context.changes.make(daemonSet, { namespace, name }, { manifest });
    const names = nodes.map((node) => node.name);
    return {
      what: `a ready ingress pod on ${names.join(', ')}`,
      seen: serving(context, names, since),
    };
  },
});

/** For a switchover: under its load the extra pods go again. */
export const spreadIngress: Step = spreading(({ edge, final }) => extraSleepMs(edge, final));
/** To stay: the pods end as the ingress' own do. */
export const ingressEverywhere: Step = spreading(() => 0);

/**
 * Each has a ready pod, and if the balancer holds only nodes with one, it has taken them and found them healthy. One that has died
 * meanwhile is waited for no more.
 */
function serving(context: SwitchoverContext, names: readonly NodeName[], since: number) {
  const { balancer, readyIngress, edge, isLost } = context;
  return () => {
    const ready = readyIngress();
    const left = names.filter((node) => !isLost(node));
    if (!left.every((node) => ready.has(node))) return false;
    if (balancer === null || edge.backends[balancer.policy ?? 'Cluster'].from === 'nodes') return true;
    return balancer.reconciledAt > since && left.every((node) => balancer.healthy.has(node));
  };
}

/** The ingress' own template with the nodes that lack it, under a selector that no other controller has. */
function daemonSetOf(
  namespace: string,
  template: V1PodTemplateSpec,
  nodes: readonly NodeSight[],
  sleepMs: Milliseconds,
): V1DaemonSet {
  const {
    nodeSelector: _,
    affinity: __,
    topologySpreadConstraints: ___,
    ...spec
  } = template.spec ?? { containers: [] };
  const matchLabels = { [extraIngressLabel]: 'true' };
  const values = nodes.map((node) => node.labels[hostnameLabel] ?? node.name);
  const nodeSelectorTerms = [{ matchExpressions: [{ key: hostnameLabel, operator: 'In', values }] }];
  const { 'pod-template-hash': ____, ...labels } = template.metadata?.labels ?? {};
  return {
    metadata: { name, namespace, labels: { ...ownership } },
    spec: {
      selector: { matchLabels },
      template: {
        metadata: { ...template.metadata, labels: { ...labels, ...matchLabels } },
        spec: {
          ...spec,
          containers: spec.containers.map((container) => sleepingFirst(container, sleepMs)),
          // 30: the API's default. What the ingress has to end in stays as long as it was.
          terminationGracePeriodSeconds:
            (spec.terminationGracePeriodSeconds ?? 30) + Math.ceil(sleepMs / 1000),
          affinity: {
            nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
          },
          tolerations: [{ operator: 'Exists' }],
        },
      },
    },
  };
}

/**
 * Takes the extra pods away again. They end as the ingress ends its pods: what is open may finish within its grace period.
 * If something may still come to them, they serve on before that (extraSleepMs).
 */
export const gatherIngress: Step = {
  name: 'extra ingress away',
  async make(context) {
    const extra = (await context.nodes()).filter((node) => node.runsExtraIngressOnly);
    if (extra.length === 0) return null;
    const { namespace } = context.service;
    await context.changes.make(daemonSet, { namespace, name }, { manifest: null });
    const { balancer } = context;
    // Under Cluster any node serves through pods elsewhere, and under the label nothing came to these nodes any more.
    if (balancer === null || balancer.policy === 'Cluster') return null;
    const included = extra.filter(({ labels }) => !(excludeLabel in labels)).map((node) => node.name);
    if (included.length === 0) return null;
    return {
      what: `the balancer to hold ${included.join(', ')} as unhealthy or gone`,
      seen: () => included.every((node) => !balancer.healthy.has(node) || !balancer.targets.has(node)),
    };
  },
};
