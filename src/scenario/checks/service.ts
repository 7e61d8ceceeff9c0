import { zoneLabel } from '../../catalogue/zones.ts';
import type { Problem } from '../error.ts';
import type { Sound } from './sound.ts';

/** A preference for the own zone means nothing among nodes without one. */
export function checkService({ service, nodes }: Sound): Problem[] {
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
