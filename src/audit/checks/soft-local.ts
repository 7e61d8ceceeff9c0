import type { ServiceCheck } from './check.ts';

/** Both keep connections on the node if they can (pkg/proxy/topology.go). */
const nodeFirst = ['PreferSameNode'];

export const softLocal: ServiceCheck = {
  id: 'MF023',
  name: 'soft-local',
  severity: 'info',
  words:
    'trafficDistribution avoids the second hop when it can; nodes without an endpoint still pass connections on.',
  scenario: null,
  of: 'service',
  needs: [],
  find({ service, policy }) {
    const { trafficDistribution } = service.spec;
    if (policy !== 'Cluster' || trafficDistribution === undefined || !nodeFirst.includes(trafficDistribution))
      return null;
    return {
      confidence: 'seen',
      summary: `${trafficDistribution} keeps connections on a node that has an endpoint; all other nodes still pass them on`,
      evidence: [`spec.trafficDistribution: ${trafficDistribution}`, 'pkg/proxy/topology.go'],
      remedy: { text: 'nothing to do; it does not replace Local' },
    };
  },
};
