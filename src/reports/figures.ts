import type {
  ComparisonRow,
  DisturbanceReport,
  ExpectationReport,
  Report,
  TrialReport,
} from '../analysis/schema.ts';
import { causes } from '../catalogue/causes.ts';
import { clusterTraits } from '../catalogue/clusters.ts';

/*
 * How figures read, the same in every form of the report.
 */

/** Words that stay on one line with the figure before them. */
export const figureUnits = ['s', 'ms', 'min', '%', 'x', 'repeats?', 'streams?', ...causes].join('|');

/** `24.9 s`, `2 min 12 s`. */
export function seconds(value: number): string {
  if (value < 120) return `${value.toFixed(value >= 100 ? 0 : 1)} s`;
  const whole = Math.round(value);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** `20 %`, `2.5 %`; a share that is not zero never reads as zero, and one that is not whole never as 100 %. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.05) return '<0.1 %';
  if (value < 100 && value >= 99.5) return '>99 %';
  return `${value > 0 && value < 10 && value % 1 !== 0 ? value.toFixed(1) : value.toFixed(0)} %`;
}

/** `15..26 %`, `0..0.48 %`: Wilson's interval, with as many digits as its width is worth. */
export function interval({ interval: found }: Pick<ComparisonRow, 'interval'>): string {
  if (found === null) return '';
  const width = (found.high - found.low) * 100;
  const digits = width >= 1 ? 0 : width >= 0.1 ? 2 : 3;
  const end = (share: number) => Number((share * 100).toFixed(digits));
  return `${end(found.low)}..${end(found.high)} %`;
}

/** `36 transit, 2 ingress`. */
export function causeList(byCause: ComparisonRow['byCause']): string {
  const parts = causes.flatMap((cause) => {
    const count = byCause[cause] ?? 0;
    return count === 0 ? [] : [`${count} ${cause}`];
  });
  return parts.length === 0 ? '-' : parts.join(', ');
}

export const policyLabel = (policy: string | null): string => policy ?? 'watch';

/** `Cluster, repeat 2`; without the repeat if there is only one. */
export const trialName = (
  { policy, repeat }: Pick<TrialReport, 'policy' | 'repeat'>,
  repeats: number,
): string => `${policyLabel(policy)}${repeats > 1 ? `, repeat ${repeat + 1}` : ''}`;

/** The largest number of repeats of any policy. */
export const repeatsOf = ({ comparison }: Pick<Report, 'comparison'>): number =>
  Math.max(0, ...comparison.map((row) => row.repeats));

/** `power-off of preemptible-2`, `flip Cluster->Local`, `command kubectl ...`, shortened. */
export const disturbanceName = ({
  label,
  node,
  nodes,
}: Pick<DisturbanceReport, 'label' | 'node' | 'nodes'>): string => {
  const hit = nodes ?? (node === null ? [] : [node]);
  return `${shortened(label, 48)}${hit.length === 0 ? '' : ` of ${andList(hit)}`}`;
};

/** `power-off of preemptible-2`: the fault of a trial as a whole, a preemption with its notice. */
export const faultName = ({ noun, node, nodes, pod }: NonNullable<TrialReport['fault']>): string => {
  const hit = nodes ?? (node === null ? [] : [node]);
  return `${noun} of ${hit.length > 0 ? andList(hit) : `the ${pod ?? 'workload'}`}`;
};

/** `a, b and c`. */
const andList = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** `silently dead from 21.3 s (3 requests), replaced at 26.3 s`; null if no kept connection was lost. */
export function keptConnectionLine({
  keptConnection: found,
}: Pick<TrialReport, 'keptConnection'>): string | null {
  if (found === null) return null;
  const { silentlyDead, closedUnder, deadFrom, replacedAt } = found;
  const requests = (count: number) => `${count} ${plural(count, 'request')}`;
  const dead =
    deadFrom === null
      ? []
      : [
          `silently dead from ${deadFrom.toFixed(1)} s (${requests(silentlyDead)})`,
          replacedAt === null ? 'not replaced' : `replaced at ${replacedAt.toFixed(1)} s`,
        ];
  const under = closedUnder === 0 ? [] : [`closed under ${requests(closedUnder)}`];
  const parts = [...dead, ...under];
  return parts.length === 0 ? null : parts.join(', ');
}

const addresses = {
  kept: "kept (client's)",
  // The node's that passed the connection on, or the balancer's if it makes connections of its own.
  lost: "lost (another's)",
  changes: 'changes at the flip',
} as const;

export const address = (kind: ComparisonRow['sourceAddress']): string =>
  kind === null ? '-' : addresses[kind];

/** `embedded, timers 20x faster, shown in cluster time · seed 7 · 2 repeats`. */
export function setting(report: Report): string {
  const { provider, timeScale, seed } = report;
  const pace = timeScale === 1 ? '' : `, timers ${timeScale}x faster, shown in cluster time`;
  const repeats = repeatsOf(report);
  if (clusterTraits(provider) === null) return 'no cluster was asked';
  return `${provider}${pace} · seed ${seed} · ${repeats} ${plural(repeats, 'repeat')}`;
}

/** No longer than `most`: a command may be a whole script. */
export const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`;

/** `1 stream`, `2 streams`: the word that fits the count. */
export const plural = (count: number, word: string, many = `${word}s`): string => (count === 1 ? word : many);

/** `1 node`, `3 nodes`. */
export const counted = (count: number, word: string, many?: string): string =>
  `${count} ${plural(count, word, many)}`;

/** `A`, `A and B`, `A, B and C`. */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** What was measured for an expectation, in the unit of its limit. */
export function measured({ unit, measured: value }: Pick<ExpectationReport, 'unit' | 'measured'>): string {
  if (value === null) return 'not measured';
  if (typeof value !== 'number') return String(value);
  if (unit === 'share') return `${Number((value * 100).toFixed(2))} %`;
  const figure = String(Number(value.toFixed(3)));
  return unit === 'seconds' ? `${figure} s` : figure;
}
