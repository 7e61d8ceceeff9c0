import { counted, percent } from '../../reports/figures.ts';
import { flipToLocal } from '../commands.ts';
import { listNames } from '../names.ts';
import type { ServiceCheck } from './check.ts';

export const transitNodes: ServiceCheck = {
  id: 'MF002',
  name: 'transit-nodes',
  severity: 'medium',
  words: 'Nodes without an endpoint pass connections on, and cut them when they go.',
  scenario: 'preemption.yaml',
  of: 'service',
  needs: ['nodes', 'endpoints'],
  find(view, _cluster, options) {
    const { transit, candidates, balancer } = view;
    if (view.policy !== 'Cluster' || transit === null || candidates === null) return null;
    // With a preemptible one among them it is MF001's.
    if (transit.length === 0 || transit.some(({ spot }) => spot !== null)) return null;
    const names = transit.map(({ name }) => name);
    const share = transit.length / candidates.nodes.length;
    return {
      confidence: balancer.confidence,
      summary: `${percent(share)} of its new connections pass through ${counted(transit.length, 'node')} without an endpoint: ${listNames(names)}`,
      evidence: [
        'externalTrafficPolicy: Cluster',
        `${counted(candidates.nodes.length, 'node')} can take its connections`,
        'none of the nodes without an endpoint is marked as preemptible; --spot-label KEY=VALUE names a mark of your own',
      ],
      values: { transitShare: share, transitNodes: transit.length },
      nodes: names,
      remedy: flipToLocal(view, options),
    };
  },
};
