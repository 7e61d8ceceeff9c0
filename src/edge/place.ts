import { seedOf } from '../base/random.ts';
import type { NodeName } from '../base/units.ts';
import type { PlannedEdge } from '../plan/schema.ts';
import { drawn } from './draws.ts';
import { byName, type Target } from './targets.ts';

/**
 * The target of a connection with this luck, by the preset's spread: its own choice (each), one node for all (one-node), or
 * a router's hash by the number of next hops (ecmp). Undefined: none may be used.
 */
export function place(
  preset: Pick<PlannedEdge, 'preset' | 'spread' | 'allUnhealthy' | 'panicThreshold'>,
  targets: readonly Target[],
  isHealthy: (node: NodeName) => boolean,
  draw: number,
): Target | undefined {
  const among = usable(preset, targets, isHealthy);
  const nameOf = ({ name }: Target) => name;
  if (preset.spread === 'each') return drawn(draw, among, nameOf);
  if (preset.spread === 'one-node') return drawn(seedOf(preset.preset), among, nameOf);
  const hops = among.toSorted(byName);
  return hops[draw % hops.length];
}

/** The healthy ones, or all of them if none or too few are healthy, as the preset defines. */
function usable(
  { allUnhealthy, panicThreshold }: Pick<PlannedEdge, 'allUnhealthy' | 'panicThreshold'>,
  targets: readonly Target[],
  isHealthy: (node: NodeName) => boolean,
): readonly Target[] {
  const healthy = targets.filter(({ name }) => isHealthy(name));
  if (healthy.length === 0) return allUnhealthy === 'all' ? targets : healthy;
  return healthy.length / targets.length < panicThreshold ? targets : healthy;
}
