import type { ServiceCheck } from './check.ts';

export const flipMoot: ServiceCheck = {
  id: 'MF008',
  name: 'flip-moot',
  severity: 'info',
  words: 'The balancer sends to pods directly: the policy does not matter on its path.',
  scenario: null,
  of: 'service',
  needs: [],
  find({ balancer }) {
    if (balancer.kind.sendsTo !== 'pods') return null;
    return {
      confidence: balancer.confidence,
      summary:
        'its balancer sends to pods directly: no node passes connections on, and externalTrafficPolicy changes nothing there',
      evidence: [`${balancer.kind.name}: ${balancer.evidence}`],
      remedy: { text: 'nothing to do' },
    };
  },
};
