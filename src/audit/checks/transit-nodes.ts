import { counted, percent } from '../../reports/figures.ts';
import { flipToLocal } from '../commands.ts';
import { listNames } from '../names.ts';
import { transitCheck } from './transit-check.ts';

export const transitNodes = transitCheck(
  {
    id: 'MF002',
    name: 'transit-nodes',
    severity: 'medium',
    words: 'Nodes without an endpoint pass connections on, and cut them when they go.',
  },
  ({ transit, candidates }, view, options) => {
    // With a preemptible one among them it is MF001's.
    if (transit.length === 0 || transit.some(({ spot }) => spot !== null)) return null;
    const names = transit.map(({ name }) => name);
    const share = transit.length / candidates;
    return {
      confidence: view.balancer.confidence,
      summary: `${percent(share)} of its new connections pass through ${counted(transit.length, 'node')} without an endpoint: ${listNames(names)}`,
      evidence: [
        'externalTrafficPolicy: Cluster',
        `${counted(candidates, 'node')} can take its connections`,
        'none of the nodes without an endpoint is marked as preemptible; --spot-label KEY=VALUE names a mark of your own',
      ],
      values: { transitShare: share, transitNodes: transit.length },
      nodes: names,
      remedy: flipToLocal(view, options),
    };
  },
);
