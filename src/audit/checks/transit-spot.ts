import { exposureOf } from '../facts/shares.ts';
import type { ServiceCheck } from './check.ts';
import { flipToLocal, listed, percent, plural } from './words.ts';

export const transitSpot: ServiceCheck = {
  id: 'MF001',
  name: 'transit-spot',
  severity: 'high',
  words: 'Preemptible nodes without an endpoint pass connections on, and cut them when they are taken away.',
  scenario: 'preemption.yaml',
  of: 'service',
  needs: ['nodes', 'endpoints'],
  find(view, _cluster, options) {
    const { transit, candidates, balancer } = view;
    if (view.policy !== 'Cluster' || transit === null || candidates === null) return null;
    const spot = transit.filter((node) => node.spot !== null);
    if (spot.length === 0) return null;
    const share = exposureOf(view) ?? 0;
    const names = spot.map(({ name }) => name);
    const eachNode = 1 / candidates.nodes.length;
    return {
      confidence: balancer.confidence,
      summary: `${percent(share)} of its new connections pass through ${plural(spot.length, 'preemptible node')} without an endpoint: ${listed(names)}`,
      evidence: [
        'externalTrafficPolicy: Cluster',
        `${plural(candidates.nodes.length, 'node')} can take its connections, ${plural(view.endpoints?.byNode.size ?? 0, 'node')} of the cluster ${view.endpoints?.byNode.size === 1 ? 'has' : 'have'} a ready endpoint`,
        `preemptible by ${listed([...new Set(spot.map((node) => node.spot ?? ''))])}`,
        `each of them cuts ${percent(eachNode)} of the connections when it is taken away`,
      ],
      values: { exposedShare: share, transitNodes: transit.length, perNodeShare: eachNode },
      nodes: names,
      remedy: flipToLocal(view, options),
    };
  },
};
