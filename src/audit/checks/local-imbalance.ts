import { percent } from '../../reports/figures.ts';
import type { ServiceCheck } from './check.ts';

/** Beyond this ratio of pods per node, one pod gets over 1.5 times another's connections. */
const bearable = 1.5;

export const localImbalance: ServiceCheck = {
  id: 'MF004',
  name: 'local-imbalance',
  severity: 'medium',
  words: 'Under Local every node gets the same share, however many pods share it.',
  scenario: null,
  of: 'service',
  needs: ['endpoints'],
  find({ endpoints, policy, balancer, service }) {
    if (endpoints === null || endpoints.byNode.size < 2 || balancer.kind.sendsTo === 'pods') return null;
    if (balancer.id === 'metallb') return null; // one node takes all: MF003's matter
    if (service.metadata.annotations['networking.gke.io/weighted-load-balancing'] === 'pods-per-node')
      return null;
    const counts = [...endpoints.byNode.values()];
    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    if (most / least <= bearable) return null;
    const eachNode = 1 / counts.length;
    const nodes = [...endpoints.byNode.keys()];
    return {
      ...(policy === 'Local' ? {} : { severity: 'low' as const }),
      confidence: 'seen',
      summary: `under Local a pod on the emptiest endpoint node gets ${percent(eachNode / least)} of the connections, one on the fullest ${percent(eachNode / most)}`,
      evidence: [...endpoints.byNode].slice(0, 10).map(([name, pods]) => `${name}: ${pods} ready`),
      values: { mostPods: most, leastPods: least, ratio: most / least },
      nodes,
      remedy: {
        text: balancer.kind.weighs
          ? 'set the annotation networking.gke.io/weighted-load-balancing: pods-per-node'
          : 'spread the pods evenly: a DaemonSet, or topologySpreadConstraints on kubernetes.io/hostname with maxSkew 1',
      },
    };
  },
};
