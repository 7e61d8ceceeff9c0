import { patchCommand } from '../commands.ts';
import type { ServiceCheck } from './check.ts';

export const noNodePorts: ServiceCheck = {
  id: 'MF018',
  name: 'no-node-ports',
  severity: 'medium',
  words: 'The balancer sends to node ports, and the Service allocates none.',
  scenario: null,
  of: 'service',
  needs: [],
  find({ service, balancer }, _cluster, { contextFlag }) {
    if (service.spec.allocateLoadBalancerNodePorts !== false || !balancer.kind.needsNodePorts) return null;
    if (balancer.id === 'unknown' || service.spec.ports.every(({ nodePort }) => nodePort !== undefined))
      return null;
    const { name, namespace = 'default' } = service.metadata;
    return {
      confidence: balancer.confidence,
      summary: `${balancer.kind.name} sends to node ports, and the Service has none`,
      evidence: ['spec.allocateLoadBalancerNodePorts: false', balancer.evidence],
      remedy: {
        text: 'allocate them',
        command: patchCommand(
          { contextFlag, namespace, resource: 'service', name },
          { spec: { allocateLoadBalancerNodePorts: true } },
        ),
      },
    };
  },
};
