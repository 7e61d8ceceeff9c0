import type { WayNeed } from '../catalogue/switchovers.ts';
import { httpStatusOf } from '../kube/errors.ts';
import { autoscalerTaint, excludeLabel } from '../kube/names.ts';
import { extraSleepMs } from '../plan/extra-sleep.ts';
import { balancerNeeds } from '../plan/way-needs.ts';
import { exclusionOwner } from './exclusion-owner.ts';
import type { NodeSight } from './sight.ts';
import type { Precondition } from './strategy.ts';

/*
 * A node with one of these taints is about to go: cluster-autoscaler cluster-autoscaler/utils/taints; Karpenter
 * pkg/apis/v1/taints.go and v1beta1; AWS node termination handler, pkg/node; GKE "impending node termination".
 */
const leaving = [
  autoscalerTaint,
  'karpenter.sh/disrupted',
  'karpenter.sh/disruption',
  'aws-node-termination-handler/spot-itn',
  'aws-node-termination-handler/scheduled-maintenance',
  'cloud.google.com/impending-node-termination',
  'node.kubernetes.io/unschedulable',
];

/** The evidence comes from the balancer. */
export const balancerSeen: Precondition = {
  name: 'the balancer can be watched',
  broken: async ({ balancer }) =>
    balancer === null ? 'nothing shows which nodes this balancer uses, nor what it checks' : null,
};

export const noNodeLeaving: Precondition = {
  name: 'no node is leaving',
  async broken({ nodes }) {
    for (const { name, taints, unschedulable } of await nodes()) {
      const taint = taints.find((key) => leaving.includes(key));
      if (taint !== undefined) return `node ${name} is leaving (taint ${taint})`;
      if (unschedulable) return `node ${name} is leaving (it is cordoned)`;
    }
    return null;
  },
};

/** What the balancer alone decides; `midflight rehearse` goes by the same. */
const byBalancer = (name: string, need: WayNeed): Precondition => ({
  name,
  broken: async ({ edge }) => balancerNeeds[need](edge),
});

const labelHonoured = byBalancer('the exclude label is honoured', 'exclude-label');

/** k8s.io/cloud-provider up to 0.33 goes by the label's presence, from 0.34 on by its value. */
const labelPlain: Precondition = {
  name: 'no exclude label says false',
  async broken({ nodes }) {
    const found = (await nodes()).find(({ labels }) => labels[excludeLabel] === 'false');
    if (found === undefined) return null;
    return `node ${found.name} has the label ${excludeLabel}=false, which some controllers take as true and some as false`;
  },
};

const noPodExcluded: Precondition = {
  name: 'no ingress pod runs on an excluded node',
  async broken({ nodes, final, service }) {
    const owner = exclusionOwner(service);
    // The flip back takes away what an earlier flip has set for this Service.
    const goes = ({ excludedFor }: NodeSight) =>
      final === 'Cluster' && excludedFor.length > 0 && excludedFor.every((one) => one === owner);
    const found = (await nodes()).find(
      (node) => node.runsIngress && excludeLabel in node.labels && !goes(node),
    );
    return found === undefined ? null : `node ${found.name} runs an ingress pod and is excluded`;
  },
};

export const somewhereToGo: Precondition = {
  name: 'a node with an ingress pod remains',
  async broken({ nodes }) {
    const left = (await nodes()).some((node) => node.runsIngress && !(excludeLabel in node.labels));
    return left ? null : 'no target runs an ingress pod';
  },
};

/** The label takes a node out of every load balancer; under Local a Service has no other nodes than those of its pods. */
const othersKeepNode: Precondition = {
  name: 'no other Service loses all its nodes',
  async broken({ nodes, others }) {
    const seen = await nodes();
    const stay = new Set(
      seen
        .filter(({ runsIngress, labels }) => runsIngress && !(excludeLabel in labels))
        .map(({ name }) => name),
    );
    const now = new Set(seen.filter(({ labels }) => !(excludeLabel in labels)).map(({ name }) => name));
    const all = await others().catch((error: unknown) => {
      if (httpStatusOf(error) === 403) return null;
      throw error;
    });
    if (all === null)
      return 'whether another Service under Local would lose its nodes is not known: these credentials may not list services and pods in all namespaces';
    const cut = all.find(
      (one) => one.nodes.some((node) => now.has(node)) && !one.nodes.some((node) => stay.has(node)),
    );
    return cut === undefined
      ? null
      : `it would take every node of Service ${cut.service} out of its load balancer: that one has Local too, and the exclude label is for all`;
  },
};

export const checkPinnable = byBalancer('the check can be pinned', 'pinned-check');

export const keepable = byBalancer('open connections can be kept', 'kept-connections');

export const matters = byBalancer('the policy matters', 'policy-matters');

export const movable: Precondition = {
  name: 'clients can be moved',
  broken: async ({ second }) =>
    second === null
      ? 'there is no second address, or a load that cannot be sent to another one while it runs'
      : null,
};

export const copyable: Precondition = {
  name: 'the ingress pods can be copied',
  broken: async ({ ingressTemplate }) =>
    (await ingressTemplate()) === null
      ? 'the ingress pods belong to no Deployment or DaemonSet, so nothing can be copied'
      : null,
};

/** The extra pods go with a sleep before SIGTERM; a hook of the ingress' own that is not one cannot be lengthened. */
export const takenBack: Precondition = {
  name: 'extra ingress pods can go again',
  async broken({ edge, final, ingressTemplate }) {
    if (extraSleepMs(edge, final) === 0) return null;
    const containers = (await ingressTemplate())?.spec?.containers ?? [];
    const found = containers.find(
      ({ lifecycle }) => lifecycle?.preStop !== undefined && !lifecycle.preStop.sleep,
    );
    return found === undefined
      ? null
      : `container ${found.name} of the ingress has a preStop hook of its own, so its copies cannot wait until they are sent nothing new`;
  },
};

/** What taking nodes out by the label needs. */
export const forExclusion: readonly Precondition[] = [
  balancerSeen,
  matters,
  labelHonoured,
  noNodeLeaving,
  labelPlain,
  noPodExcluded,
  somewhereToGo,
  othersKeepNode,
];

export const podless = (nodes: readonly NodeSight[]): NodeSight[] =>
  nodes.filter(({ runsIngress, labels }) => !runsIngress && !(excludeLabel in labels));
