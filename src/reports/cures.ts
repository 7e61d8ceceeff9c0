import type { ComparisonRow } from '../analysis/schema.ts';
import { arrangementTraits } from '../catalogue/arrangements.ts';
import { staysOnNode } from '../catalogue/policies.ts';
import { sharesByNodes } from './certainty.ts';
import { withinChance } from './chance.ts';
import { concentration } from './concentration.ts';
import { listed, percent, policyLabel, seconds } from './figures.ts';

/**
 * Which of several arrangements to choose for the shape that was measured, and what it costs beside the losses. Empty unless
 * one was compared with something else, and unless more than chance speaks for it.
 */
export function cureOf(struck: readonly ComparisonRow[]): string[] {
  const rows = struck.filter(({ traffic, started }) => traffic?.switchover === null && started > 0);
  if (rows.every(({ traffic }) => traffic?.arrangement === undefined)) return [];
  const best = rows.reduce((one, other) => (isBetter(other, one) ? other : one));
  if (!rows.some((row) => lossOf(row) > lossOf(best) && withinChance(best, row) === false)) return [];
  const lost = best.lost === 0 ? 'none' : `${best.lost}`;
  const equal = rows.filter((row) => row !== best && lossOf(row) === lossOf(best));
  return [
    `For this shape take ${policyLabel(best.policy)}: it lost ${lost} of ${best.started} streams${equalWords(best, equal)}.`,
    ...pricesOf(best).map((price) => `Its price: ${price}.`),
    ...rows.filter(isPlain).flatMap((plain) => concentration(best, plain)),
  ];
}

const lossOf = ({ lost, started }: ComparisonRow): number => lost / started;

/** Fewer lost; of equals, the one in which the worst node's death takes less, and then the one that needs nothing arranged. */
function isBetter(one: ComparisonRow, other: ComparisonRow): boolean {
  const order =
    lossOf(one) - lossOf(other) || worstOf(one) - worstOf(other) || arranged(one) - arranged(other);
  return order < 0;
}

const worstOf = ({ ifNodeDies }: ComparisonRow): number => sharesByNodes(ifNodeDies ?? [])[0]?.[0] ?? 1;
const arranged = ({ traffic }: ComparisonRow): number => (traffic?.arrangement === undefined ? 0 : 1);

/** The policy as a Service has it by default. */
const isPlain = (row: ComparisonRow): boolean =>
  row.traffic !== null &&
  arranged(row) === 0 &&
  row.traffic.trafficDistribution === undefined &&
  !staysOnNode(row.traffic.final);

/** `, as did Cluster+PodDirect, with more to arrange`. */
function equalWords(best: ComparisonRow, equal: readonly ComparisonRow[]): string {
  const groups: readonly (readonly [words: string, holds: (row: ComparisonRow) => boolean])[] = [
    ['whose busiest node carries more', (row) => worstOf(row) > worstOf(best)],
    ['with more to arrange', (row) => worstOf(row) === worstOf(best) && arranged(row) > arranged(best)],
    ['', (row) => worstOf(row) === worstOf(best) && arranged(row) === arranged(best)],
  ];
  const parts = groups.flatMap(([words, holds]) => {
    const names = equal.filter(holds).map(({ policy }) => policyLabel(policy));
    return names.length === 0 ? [] : [words === '' ? listed(names) : `${listed(names)}, ${words}`];
  });
  return parts.length === 0 ? '' : `, as did ${parts.join('; ')}`;
}

/** Source of the last: docs/facts/traffic-policy.md ("What `Local` costs"). */
function pricesOf({ traffic, busiestPod, balancerNoticesSeconds }: ComparisonRow): string[] {
  if (traffic === null) return [];
  const { arrangement, final } = traffic;
  const within =
    balancerNoticesSeconds == null ? '' : `, up to ${seconds(balancerNoticesSeconds)} by its checks`;
  const rollout = `in a rollout a node without a ready pod drops new connections until the balancer has noticed${within}`;
  const prices = [
    ...(arrangement === undefined ? [] : [arrangementTraits[arrangement].price]),
    ...imbalance(busiestPod),
    ...(staysOnNode(final) ? [rollout] : []),
  ];
  return prices.length === 0 ? [] : [prices.join('; ')];
}

/** Shares that differ by less are as good as even. */
const asGoodAsEven = 0.005;

function imbalance(busiest: ComparisonRow['busiestPod']): string[] {
  if (busiest == null || busiest.share - busiest.even < asGoodAsEven) return [];
  return [
    `the busiest ingress pod gets ${percent(busiest.share)} of connections, where an even spread would give it ${percent(busiest.even)}`,
  ];
}
