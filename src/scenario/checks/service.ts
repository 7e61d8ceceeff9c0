import { zoneLabel } from '../../catalogue/zones.ts';
import type { Problem } from '../error.ts';
import { loadLists, type Sound } from './sound.ts';

export function checkService(sound: Sound): Problem[] {
  return [...checkZones(sound), ...checkClient(sound)];
}

/** Where pods of a cluster send from is known once they are there, and the list stands in the Service before. */
function checkClient(sound: Sound): Problem[] {
  const at = sound.service?.loadBalancerSourceRanges.indexOf('client') ?? -1;
  const agents = loadLists(sound).some(([, load]) => load.some((item) => 'agents' in item && item.agents));
  if (at === -1 || !agents) return [];
  return [
    {
      path: ['service', 'loadBalancerSourceRanges', at],
      what: "'client' is not known for load that comes from pods (agents)",
      hint: 'write the range that those pods come from',
    },
  ];
}

/** A preference for the own zone means nothing among nodes without one. */
function checkZones({ service, nodes }: Sound): Problem[] {
  const preferred = service?.trafficDistribution;
  if (preferred === undefined || preferred === 'PreferSameNode' || nodes === undefined) return [];
  const hasZone = (pool: (typeof nodes)[number]) =>
    pool.zone !== undefined || Object.hasOwn(pool.labels, zoneLabel);
  const [without] = nodes.filter((pool) => !hasZone(pool));
  if (without === undefined) return [];
  return [
    {
      path: ['service', 'trafficDistribution'],
      what: `trafficDistribution: ${preferred} needs a zone on every node, and pool '${without.name}' has none`,
      hint: `add zone: NAME to the pool '${without.name}'`,
    },
  ];
}
