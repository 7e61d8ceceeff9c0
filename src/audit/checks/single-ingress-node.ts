import { patchCommand } from '../commands.ts';
import { workloadName } from '../facts/workloads.ts';
import type { WorkloadObject } from '../snapshot.ts';
import type { ServiceCheck } from './check.ts';

export const singleIngressNode: ServiceCheck = {
  id: 'MF003',
  name: 'single-ingress-node',
  severity: 'high',
  words: 'Every ready endpoint is on one node, or in one of several zones: it takes them all with it.',
  scenario: 'ingress-node-loss.yaml',
  of: 'service',
  needs: ['nodes', 'endpoints'],
  find({ endpoints, workloads, candidates }, cluster, { contextFlag }) {
    if (endpoints === null || endpoints.ready === 0 || endpoints.elsewhere > 0) return null;
    const zoneOf = new Map(cluster.nodes.map(({ name, zone }) => [name, zone]));
    const zones = new Set([...endpoints.byNode.keys()].map((name) => zoneOf.get(name) ?? ''));
    const offered = new Set(
      (candidates?.nodes ?? []).map(({ zone }) => zone).filter((zone) => zone !== null),
    );
    const oneNode = endpoints.byNode.size === 1;
    const oneZone = offered.size > 1 && zones.size === 1 && !zones.has('');
    if (!oneNode && !oneZone) return null;
    const nodes = [...endpoints.byNode.keys()];
    const [owner] = workloads;
    return {
      ...(oneNode ? {} : { severity: 'medium' as const }),
      confidence: 'seen',
      summary: oneNode
        ? `its only endpoint node is ${nodes[0]}: its death cuts every connection`
        : `all its endpoints are in zone ${[...zones][0]}, of ${offered.size} zones`,
      evidence: [
        `${endpoints.ready} ready ${endpoints.ready === 1 ? 'endpoint' : 'endpoints'} on ${nodes.join(', ')}`,
        ...(owner === undefined ? [] : [workloadName(owner)]),
      ],
      values: { readyEndpoints: endpoints.ready, endpointNodes: nodes.length },
      nodes,
      remedy: {
        text: 'run two replicas or more, spread over nodes and zones by topologySpreadConstraints',
        ...(owner === undefined ? {} : { command: spreadCommand(owner, oneNode, contextFlag) }),
      },
    };
  },
};

/** Spreads the pods by the key that the finding is about; a Deployment of one replica needs a second one first. */
function spreadCommand(
  { kind, metadata, spec }: WorkloadObject,
  oneNode: boolean,
  contextFlag: string,
): string {
  const { name, namespace = 'default' } = metadata;
  const resource = kind.toLowerCase();
  if (kind !== 'DaemonSet' && (spec.replicas ?? 1) < 2)
    return `kubectl${contextFlag} -n ${namespace} scale ${resource} ${name} --replicas=2`;
  const constraint = {
    maxSkew: 1,
    topologyKey: oneNode ? 'kubernetes.io/hostname' : 'topology.kubernetes.io/zone',
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: spec.template.metadata.labels },
  };
  return patchCommand(
    { contextFlag, namespace, resource, name },
    { spec: { template: { spec: { topologySpreadConstraints: [constraint] } } } },
  );
}
