import type { ServiceCheck } from './check.ts';

export const noReadyEndpoint: ServiceCheck = {
  id: 'MF024',
  name: 'no-ready-endpoint',
  severity: 'high',
  words:
    'The Service has no ready endpoint: every connection is refused, under Local every node is unhealthy.',
  scenario: null,
  of: 'service',
  needs: ['endpoints'],
  find({ endpoints, service }, { snapshot }, { contextFlag }) {
    // A template without a cluster has no pods yet, and a Service without a selector has its endpoints elsewhere.
    if (endpoints === null || endpoints.ready > 0 || snapshot.source.kind === 'manifests') return null;
    const selector = Object.entries(service.spec.selector).map(([key, value]) => `${key}=${value}`);
    const { namespace = 'default' } = service.metadata;
    return {
      confidence: 'seen',
      summary: 'it has no ready endpoint',
      evidence: ['its EndpointSlices name none that is ready'],
      remedy: {
        text: 'find out why its pods are not Ready',
        ...(selector.length === 0
          ? {}
          : { command: `kubectl${contextFlag} -n ${namespace} get pods -o wide -l ${selector.join(',')}` }),
      },
    };
  },
};
