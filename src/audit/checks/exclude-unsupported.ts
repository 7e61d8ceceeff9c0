import { excludeLabel } from '../../kube/names.ts';
import { listNames } from '../names.ts';
import type { ServiceCheck } from './check.ts';

export const excludeUnsupported: ServiceCheck = {
  id: 'MF009',
  name: 'exclude-unsupported',
  severity: 'medium',
  words: `The label ${excludeLabel} does not do here what it seems to.`,
  scenario: null,
  of: 'service',
  needs: ['nodes'],
  find({ policy, endpoints, balancer }, { nodes, isAks }, { contextFlag }) {
    const labelled = nodes.filter(({ node }) => node.metadata.labels[excludeLabel] !== undefined);
    const named = (all: typeof labelled) => all.map(({ name }) => name);
    const command = (all: typeof labelled) =>
      `kubectl${contextFlag} label node ${named(all).slice(0, 10).join(' ')} ${excludeLabel}-`;
    if (isAks && labelled.length > 0) {
      return {
        confidence: 'seen',
        summary: `AKS does not support ${excludeLabel}, and ${listNames(named(labelled))} ${labelled.length === 1 ? 'has' : 'have'} it`,
        evidence: [
          'nodes of AKS by providerID and label',
          'cloud-provider-azure docs, topics/loadbalancer, "Limitations"',
        ],
        nodes: named(labelled),
        remedy: { text: 'use a node pool of its own for the ingress', command: command(labelled) },
      };
    }
    const withPods =
      policy === 'Local' ? labelled.filter(({ name }) => endpoints?.byNode.has(name) ?? false) : [];
    if (withPods.length > 0) {
      return {
        severity: 'high',
        confidence: balancer.confidence,
        summary: `under Local nothing reaches its endpoints on ${listNames(named(withPods))}, which the balancer leaves out`,
        evidence: [`label ${excludeLabel} on a node with ready endpoints`],
        nodes: named(withPods),
        remedy: { text: 'remove the label', command: command(withPods) },
      };
    }
    const off = labelled.filter(({ node }) => node.metadata.labels[excludeLabel] === 'false');
    if (off.length === 0) return null;
    return {
      confidence: 'inferred',
      summary: `the label's value "false" on ${listNames(named(off))} still leaves the nodes out with most controllers`,
      evidence: [
        'cloud-provider reads the value since v0.34; ingress-gce, the AWS Load Balancer Controller and cloud-provider-azure only look for the key',
      ],
      nodes: named(off),
      remedy: { text: 'remove the label', command: command(off) },
    };
  },
};
