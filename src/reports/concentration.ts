import type { ComparisonRow } from '../analysis/schema.ts';
import { several, sharesByNodes } from './certainty.ts';
import { percent, policyLabel } from './figures.ts';

/** Where a node's death would now cost more, if `chosen` puts more on a node than the other does. */
export function concentration(chosen: ComparisonRow, other: ComparisonRow): string[] {
  const before = new Map((other.ifNodeDies ?? []).map(({ node, share: part }) => [node, part]));
  const [worst] = sharesByNodes(chosen.ifNodeDies ?? []);
  if (worst === undefined || worst[0] === 0) return [];
  const [part, nodes] = worst;
  const least = Math.min(...nodes.map((node) => before.get(node) ?? 0));
  if (part <= least) return [];
  return [
    `${policyLabel(chosen.policy)} leaves more on fewer nodes: losing ${several(nodes).replace(' and ', ' or ')} would take ${percent(part)} of streams, under ${policyLabel(other.policy)} ${percent(least)}.`,
  ];
}
