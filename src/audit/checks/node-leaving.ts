import { counted } from '../../reports/figures.ts';
import { isLeaving } from '../facts/candidates.ts';
import { listNames } from '../names.ts';
import type { ServiceCheck } from './check.ts';

export const nodeLeaving: ServiceCheck = {
  id: 'MF010',
  name: 'node-leaving',
  severity: 'high',
  words: 'A node that is about to be removed carries its connections: no time for a change of policy.',
  scenario: null,
  of: 'service',
  needs: ['nodes'],
  find({ policy, endpoints, balancer }, { nodes }, { contextFlag }) {
    if (balancer.kind.sendsTo === 'pods') return null;
    const leaving = nodes.flatMap(({ name, node }) => {
      const why = isLeaving(node);
      const concerned = policy === 'Cluster' || (endpoints?.byNode.has(name) ?? false);
      return why !== null && concerned ? [{ name, why }] : [];
    });
    if (leaving.length === 0) return null;
    const names = leaving.map(({ name }) => name);
    return {
      ...(policy === 'Cluster' ? {} : { severity: 'medium' as const }),
      confidence: 'seen',
      summary: `${counted(names.length, 'node')} that ${names.length === 1 ? 'is' : 'are'} being removed may still carry its connections: ${listNames(names)}`,
      evidence: [
        ...leaving.slice(0, 10).map(({ name, why }) => `${name}: ${why}`),
        'a change of policy synchronises the whole balancer, which then drops such nodes without draining them (cloud-provider controllers/service/controller.go)',
      ],
      nodes: names,
      remedy: {
        text: 'change no policy until they are gone',
        command: `kubectl${contextFlag} wait --for=delete ${names
          .slice(0, 10)
          .map((name) => `node/${name}`)
          .join(' ')} --timeout=15m`,
      },
    };
  },
};
