import type { ComparisonRow, Report } from '../analysis/schema.ts';
import { inTime, kindName } from './comparison-cells.ts';
import { listed, percent, plural, policyLabel } from './figures.ts';

/*
 * How sure the figures are: policies against each other, and clocks over repeats.
 */

export const differencesTitle = 'Is it chance? Policies against each other';
export const differencesTitles = ['policy', 'against', 'lost more or less', 'measured in', 'chance'] as const;

/** One row for each pair of policies: `-15 points (-26..-4)`. */
export function differencesRows({ comparison }: Pick<Report, 'comparison'>): string[][] {
  return comparison.flatMap(({ policy, differences }) =>
    differences.flatMap(({ policy: other, difference, interval, pairs, withinChance }) =>
      difference === undefined || interval === undefined
        ? []
        : [
            [
              policyLabel(policy),
              policyLabel(other),
              `${points(difference)} points (${points(interval.low)}..${points(interval.high)})`,
              pairs == null ? 'independent streams' : pairWords(pairs),
              withinChance ? 'within chance' : 'beyond chance',
            ],
          ],
    ),
  );
}

/** Percentage points with their sign. */
function points(share: number): string {
  const value = (share * 100).toFixed(1).replace(/\.0$/, '');
  return share > 0 && Number(value) !== 0 ? `+${value}` : value.replace(/^-0$/, '0');
}

function pairWords({
  both,
  onlyThis,
  onlyOther,
  neither,
}: NonNullable<ComparisonRow['differences'][number]['pairs']>): string {
  const all = both + onlyThis + onlyOther + neither;
  return `${all} ${plural(all, 'pair')}: ${both} lost under both, ${onlyThis} under this one alone, ${onlyOther} under the other alone`;
}

export const spreadsTitle = 'Failover over repeats';
export const spreadsTitles = [
  'policy',
  'after',
  'median',
  'range',
  'interval of the median',
  'repeats',
] as const;

/** One row for each policy and kind of disturbance that more than one repeat measured. */
export function spreadsRows({ comparison }: Pick<Report, 'comparison'>): string[][] {
  return comparison.flatMap(({ policy, disturbances }) =>
    inTime(disturbances).flatMap(({ kind, failover }) => {
      if (kind === null || failover?.bootstrap == null || failover.max === 0) return [];
      const { median, min, max, bootstrap, repeats } = failover;
      const { low, high, confidence } = bootstrap;
      const most = confidence < 0.95 ? `at most ${percent(confidence)}` : percent(confidence);
      return [
        [
          policyLabel(policy),
          kindName({ kind }),
          `${median.toFixed(1)} s`,
          `${min.toFixed(1)}..${max.toFixed(1)} s`,
          `${low.toFixed(1)}..${high.toFixed(1)} s (bootstrap, ${most})`,
          String(repeats),
        ],
      ];
    }),
  );
}

export const nodeLossTitle = 'If another node died';
export const nodeLossTitles = ['policy', 'share of streams that it would take, from topology alone'] as const;

/** One row for each policy, nodes that would take the same share together. */
export function nodeLossRows({ comparison }: Pick<Report, 'comparison'>): string[][] {
  return comparison.flatMap(({ policy, ifNodeDies = [] }) => {
    if (ifNodeDies.length === 0) return [];
    const groups = sharesByNodes(ifNodeDies);
    const words = groups.map(([share, nodes]) => {
      const each = nodes.length > 1 ? ' each' : '';
      return `${share === 0 ? 'none' : `${percent(share)}${each}`}: ${several(nodes)}`;
    });
    return [[policyLabel(policy), words.join('; ')]];
  });
}

/** The greatest share first. */
export function sharesByNodes(
  losses: readonly { readonly node: string; readonly share: number }[],
): [share: number, nodes: string[]][] {
  const groups = new Map<number, string[]>();
  for (const { node, share } of losses) groups.set(share, [...(groups.get(share) ?? []), node]);
  return [...groups].sort(([a], [b]) => b - a);
}

/** More names than these do not help. */
const mostNames = 4;

/** `a, b and 5 others`. */
export const several = (nodes: readonly string[]): string =>
  nodes.length <= mostNames
    ? listed(nodes)
    : listed([...nodes.slice(0, mostNames - 1), `${nodes.length - mostNames + 1} others`]);
