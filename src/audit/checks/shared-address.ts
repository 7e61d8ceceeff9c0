import type { ServiceView } from '../facts/view.ts';
import { listNames } from '../names.ts';
import type { ClusterCheck } from './check.ts';

export const sharedAddress: ClusterCheck = {
  id: 'MF019',
  name: 'shared-address',
  severity: 'high',
  words: 'Services share one address, and under Local all of them need endpoints on the same nodes.',
  scenario: null,
  of: 'cluster',
  find({ services }) {
    const byAddress = new Map<string, ServiceView[]>();
    for (const view of services) {
      for (const { ip } of view.service.status.loadBalancer.ingress) {
        if (ip !== undefined) byAddress.set(ip, [...(byAddress.get(ip) ?? []), view]);
      }
    }
    return [...byAddress].flatMap(([address, views]) => {
      const first = views[0];
      if (views.length < 2 || first === undefined || !views.some(({ policy }) => policy === 'Local'))
        return [];
      // The same pods behind all of them: nothing to fear.
      if (views.every((view) => selectorOf(view) === selectorOf(first))) return [];
      const keys = views.map(({ key }) => key);
      return [
        {
          service: first.key,
          confidence: 'seen' as const,
          summary: `${keys.length} Services share ${address}, at least one of them under Local and with different pods`,
          evidence: [listNames(keys), 'metallb/metallb#271; kubernetes-sigs/cloud-provider-azure#10125'],
          values: { services: keys.length },
          remedy: {
            text: 'give a Service under Local an address of its own, or the same selector as the others',
          },
        },
      ];
    });
  },
};

const selectorOf = ({ service }: ServiceView): string =>
  JSON.stringify([service.metadata.namespace, Object.entries(service.spec.selector).sort()]);
