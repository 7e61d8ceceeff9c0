import type { Nanoseconds, NodeName } from '../base/units.ts';
import { drawn } from './draws.ts';
import type { Target } from './targets.ts';

/** Which zones clients come to, if each has an address of its own. */
interface Zones {
  /** Some target became healthy or unhealthy, came or went. */
  look(targets: readonly Target[]): void;
  /** The targets in the zone of a connection with this luck. */
  near(targets: readonly Target[], draw: number): readonly Target[];
}

interface ZoneOptions {
  /** False: a connection stays in the zone whose address it came to. */
  readonly crossZone: boolean;
  /** The time from the last healthy target of a zone until its address is no longer used. Nanoseconds of real time. */
  readonly delayNs: Nanoseconds;
  isHealthy(node: NodeName): boolean;
  now(): Nanoseconds;
}

/**
 * The zone of each connection. A zone without a healthy target loses its address in DNS, and clients leave it after the
 * record's TTL; without any such zone all keep theirs. Targets without a zone get nothing if others have one.
 */
export function createZones({ crossZone, delayNs, isHealthy, now }: ZoneOptions): Zones {
  /** Zones whose last healthy target is gone, since when. */
  const lost = new Map<string, Nanoseconds>();
  const known = new Set<string>();
  const zonesOf = (targets: readonly Target[]) => [...new Set(targets.flatMap(({ zone }) => zone ?? []))];
  return {
    look(targets) {
      if (crossZone) return;
      const healthy = new Set(zonesOf(targets.filter(({ name }) => isHealthy(name))));
      for (const zone of zonesOf(targets)) {
        if (healthy.has(zone)) {
          known.add(zone);
          lost.delete(zone);
        } else if (known.delete(zone)) lost.set(zone, now());
      }
    },
    near(targets, draw) {
      const zones = crossZone ? [] : zonesOf(targets);
      if (zones.length === 0) return targets;
      const until = (zone: string) => (lost.get(zone) ?? Number.NEGATIVE_INFINITY) + delayNs;
      const open = zones.filter((zone) => known.has(zone) || now() < until(zone));
      const chosen = drawn(draw, open.length === 0 ? zones : open, (zone) => `zone ${zone}`);
      return targets.filter(({ zone }) => zone === chosen);
    },
  };
}
