import { listNames } from '../names.ts';
import type { Lists } from '../snapshot.ts';
import type { ServiceCheck } from './check.ts';

/** Annotations of Ingress objects that admit clients by address. */
const annotations = [
  'nginx.ingress.kubernetes.io/whitelist-source-range',
  'nginx.ingress.kubernetes.io/allowlist-source-range',
  'haproxy.org/allow-list',
  'haproxy.org/whitelist',
  'traefik.ingress.kubernetes.io/whitelist-source-range',
];

export const sourceRanges: ServiceCheck = {
  id: 'MF014',
  name: 'source-ranges',
  severity: 'medium',
  words: "Allow lists behind the ingress see the node's address under Cluster and the client's under Local.",
  scenario: 'source-ranges.yaml',
  of: 'service',
  needs: [],
  find({ service, policy, balancer }, { snapshot }) {
    if (balancer.kind.sendsTo === 'pods' || service.spec.type !== 'LoadBalancer') return null;
    const lists = allowLists(snapshot.lists);
    if (lists.length === 0 || policy === 'Local') return null;
    return {
      confidence: 'inferred',
      summary: `${lists.length === 1 ? 'an allow list' : `${lists.length} allow lists`} behind it see node addresses under Cluster; a change to Local changes who is admitted`,
      evidence: [
        listNames(lists),
        'unless the balancer adds the PROXY protocol or an X-Forwarded-For that the ingress trusts',
      ],
      values: { allowLists: lists.length },
      remedy: {
        text: 'compare the lists with the addresses that clients have, before the change; run experiments/source-ranges.yaml to see the effect',
      },
    };
  },
};

/** Of every namespace, as one ingress serves them all. */
function allowLists({ ingresses, middlewares }: Lists): string[] {
  return [
    ...middlewares
      .filter(({ spec }) => spec?.ipAllowList !== undefined || spec?.ipWhiteList !== undefined)
      .map(({ metadata }) => `Middleware ${metadata.namespace ?? 'default'}/${metadata.name}`),
    ...ingresses
      .filter(({ metadata }) => annotations.some((key) => metadata.annotations[key] !== undefined))
      .map(({ metadata }) => `Ingress ${metadata.namespace ?? 'default'}/${metadata.name}`),
  ];
}
