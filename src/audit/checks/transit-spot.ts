import { counted, percent } from '../../reports/figures.ts';
import { flipToLocal } from '../commands.ts';
import { exposureOf } from '../facts/shares.ts';
import { listNames } from '../names.ts';
import { transitCheck } from './transit-check.ts';

export const transitSpot = transitCheck(
  {
    id: 'MF001',
    name: 'transit-spot',
    severity: 'high',
    words:
      'Preemptible nodes without an endpoint pass connections on, and cut them when they are taken away.',
  },
  ({ transit, candidates }, view, options) => {
    const spot = transit.filter((node) => node.spot !== null);
    if (spot.length === 0) return null;
    const share = exposureOf(view) ?? 0;
    const names = spot.map(({ name }) => name);
    const eachNode = 1 / candidates;
    return {
      confidence: view.balancer.confidence,
      summary: `${percent(share)} of its new connections pass through ${counted(spot.length, 'preemptible node')} without an endpoint: ${listNames(names)}`,
      evidence: [
        'externalTrafficPolicy: Cluster',
        `${counted(candidates, 'node')} can take its connections, ${counted(view.endpoints?.byNode.size ?? 0, 'node')} of the cluster ${view.endpoints?.byNode.size === 1 ? 'has' : 'have'} a ready endpoint`,
        `preemptible by ${listNames([...new Set(spot.map((node) => node.spot ?? ''))])}`,
        `each of them cuts ${percent(eachNode)} of the connections when it is taken away`,
      ],
      values: { exposedShare: share, transitNodes: transit.length, perNodeShare: eachNode },
      nodes: names,
      remedy: flipToLocal(view, options),
    };
  },
);
