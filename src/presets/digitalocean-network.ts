import { digitaloceanRegional } from './digitalocean-regional.ts';
import type { PlannedEdge } from './schema.ts';

/** DigitalOcean, regional network load balancer (REGIONAL_NETWORK): passthrough, the default from Kubernetes 1.33. */
export const digitaloceanNetwork: PlannedEdge = {
  ...digitaloceanRegional, // the same controller, with the same checks
  preset: 'digitalocean-network',
  mode: 'passthrough', // docs.digitalocean.com, release notes of DOKS 1.33 and "Network Load Balancers": layer 4
  onEjected: 'persist', // estimate: as other passthrough balancers; nothing is published
  onRemoved: 'silence', // estimate: no packet goes to a Droplet that is no member any more
  newTarget: 'unhealthy', // estimate: as other passthrough balancers
  noTarget: 'drop', // inferred: a passthrough balancer without a Droplet has nobody to answer the SYN
  checkIntervalFrom: 'start', // no source says otherwise: the documented interval is kept
  upstreamConnectTimeoutMs: 0, // passthrough
  source: `${digitaloceanRegional.source}; DigitalOcean "Network Load Balancers"; its data path estimated`,
};
