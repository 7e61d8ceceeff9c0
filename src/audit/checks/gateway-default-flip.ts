import type { ServiceView } from '../facts/view.ts';
import { listNames } from '../names.ts';
import type { ClusterCheck } from './check.ts';

export const gatewayDefaultFlip: ClusterCheck = {
  id: 'MF020',
  name: 'gateway-default-flip',
  severity: 'medium',
  words:
    'A Gateway whose Service is Local is used beside an ingress whose Service is Cluster: moving there is a change of policy.',
  scenario: null,
  of: 'cluster',
  find({ services }) {
    const balanced = services.filter(({ service }) => service.spec.type === 'LoadBalancer');
    const local = balanced.filter((view) => isGateway(view) && view.policy === 'Local');
    const others = balanced.filter((view) => !isGateway(view) && view.policy === 'Cluster');
    if (others.length === 0) return [];
    return local.map((view) => ({
      service: view.key,
      confidence: 'inferred' as const,
      summary: `moving hosts from ${listNames(
        others.map(({ key }) => key),
        3,
      )} to this Gateway changes the policy from Cluster to Local`,
      evidence: [
        'owned by a Gateway, externalTrafficPolicy: Local',
        'Envoy Gateway and Contour create Local Services by default',
      ],
      remedy: { text: 'check allow lists, spread of pods and health checks for Local before the hosts move' },
    }));
  },
};

function isGateway({ service: { metadata } }: ServiceView): boolean {
  return (
    metadata.ownerReferences.some(({ kind }) => kind === 'Gateway') ||
    metadata.labels['gateway.networking.k8s.io/gateway-name'] !== undefined ||
    metadata.labels['gateway.envoyproxy.io/owning-gateway-name'] !== undefined
  );
}
