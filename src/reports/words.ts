import {
  type ClockName,
  type ComparisonRow,
  causes,
  cdnCodes,
  clockNames,
  type DisturbanceReport,
  type ExpectationReport,
  type Report,
  type TrialReport,
} from '../analysis/schema.ts';

/*
 * How figures read, the same in every form of the report.
 */

/** `24.9 s`, `2 min 12 s`. */
export function seconds(value: number): string {
  if (value < 120) return `${value.toFixed(value >= 100 ? 0 : 1)} s`;
  const whole = Math.round(value);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** `20 %`, `2.5 %`; a share that is not zero never reads as zero. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.05) return '<0.1 %';
  return `${value > 0 && value < 10 && value % 1 !== 0 ? value.toFixed(1) : value.toFixed(0)} %`;
}

/** `15..26 %`: Wilson's interval. */
export function interval({ interval: found }: Pick<ComparisonRow, 'interval'>): string {
  return found === null ? '' : `${(found.low * 100).toFixed(0)}..${(found.high * 100).toFixed(0)} %`;
}

/** `24.9 s`, or with its spread over repeats `24.9 s ±0.2`; `none` where nothing failed. */
export function clock(spread: ComparisonRow['failover']): string {
  if (spread === null) return '-';
  if (spread.max === 0) return 'none';
  const half = (spread.max - spread.min) / 2;
  return half < 0.05 ? seconds(spread.median) : `${seconds(spread.median)} ±${half.toFixed(1)}`;
}

/** `36 transit, 2 ingress`. */
export function causeList(byCause: ComparisonRow['byCause']): string {
  const parts = causes.flatMap((cause) => {
    const count = byCause[cause] ?? 0;
    return count === 0 ? [] : [`${count} ${cause}`];
  });
  return parts.length === 0 ? '-' : parts.join(', ');
}

/** Columns of the comparison. */
export const comparisonTitles = [
  'policy',
  'streams',
  'lost',
  'cause',
  'failover',
  'new connections failing',
  'client address',
] as const;

export const policyName = (policy: string | null): string => policy ?? 'watch';

/** What each clock of a disturbance tells. */
export const clockWords: Record<ClockName, string> = {
  edgeEjected: 'ejected by the edge',
  nodeNotReady: 'Node NotReady',
  endpointsRemoved: 'endpoints removed',
  firstFailedProbe: 'first failed probe',
  lastFailedProbe: 'last failed probe',
  failover: 'failover',
  disruption: 'disruption',
  failoverReused: 'failover of kept connections',
  longestSilence: 'longest silence of a stream',
  nodeReadmitted: 'node readmitted',
};

/** `silently dead from 21.3 s (3 requests), replaced at 26.3 s`; null where a kept connection was never lost. */
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

/** Those that can tick: a watch asks no cluster, so its own are those that are read from requests alone. */
export function clocksFor(kind: DisturbanceReport['kind']): readonly ClockName[] {
  if (kind !== 'command' && kind !== 'outage') return clockNames;
  const ofCluster: ClockName[] = ['edgeEjected', 'nodeNotReady', 'endpointsRemoved', 'nodeReadmitted'];
  return clockNames.filter((name) => !ofCluster.includes(name));
}

const addresses = {
  kept: "kept (client's)",
  lost: "lost (node's)",
  changes: 'changes at the flip',
} as const;

export const address = (kind: ComparisonRow['sourceAddress']): string =>
  kind === null ? '-' : addresses[kind];

/** New connections that fail and for how long: `20 % for 24.9 s`. */
export function failing(share: number | null, spread: ComparisonRow['failover']): string {
  if (share === null || spread === null) return '-';
  return share === 0 || spread.max === 0 ? '0 %' : `${percent(share)} for ${seconds(spread.median)}`;
}

const codeWords: Record<(typeof cdnCodes)[number], string> = {
  '520': '520',
  '521': '521',
  '522': '522',
  '523': '523',
  '524': '524',
  'slow-connect': 'slow connections',
  cut: '200 cut short',
  'origin-status': "the origin's own error",
};

/** `36 x 200 cut short, 58 x 522`; null where a CDN would have shown its clients nothing. */
export function cdnList(byCode: ComparisonRow['byCdnCode']): string | null {
  const parts = cdnCodes.flatMap((code) => {
    const count = byCode[code] ?? 0;
    return count === 0 ? [] : [`${count} x ${codeWords[code]}`];
  });
  return parts.length === 0 ? null : parts.join(', ');
}

/** What clients behind a CDN would have seen, streams and new connections together. */
export function cdnLine({ trials }: Pick<Report, 'trials'>): string | null {
  const counts: ComparisonRow['byCdnCode'] = {};
  for (const { requests, probes } of trials) {
    for (const byCode of [requests.byCdnCode, probes.new?.byCdnCode ?? {}]) {
      for (const code of cdnCodes) counts[code] = (counts[code] ?? 0) + (byCode[code] ?? 0);
    }
  }
  const codes = cdnList(counts);
  return codes === null ? null : `Clients behind Cloudflare would have seen: ${codes}.`;
}

/** `embedded, timers 20x faster, shown in cluster time · seed 7 · 2 repeats`. */
export function setting({ provider, timeScale, seed, comparison }: Report): string {
  const pace = timeScale === 1 ? '' : `, timers ${timeScale}x faster, shown in cluster time`;
  const repeats = Math.max(0, ...comparison.map((row) => row.repeats));
  if (provider === 'watch') return 'no cluster was asked';
  return `${provider}${pace} · seed ${seed} · ${repeats} ${plural(repeats, 'repeat')}`;
}

/** No longer than `most`: a command may be a whole script. */
export const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`;

/** `1 stream`, `2 streams`: the word for so many. */
export const plural = (count: number, word: string): string => (count === 1 ? word : `${word}s`);

/** What was measured for an expectation, with its unit where the expectation names one. */
export function measured({ text, measured: value }: Pick<ExpectationReport, 'text' | 'measured'>): string {
  if (value === null) return 'not measured';
  if (typeof value !== 'number') return String(value);
  const figure = String(Number(value.toFixed(3)));
  return /\d(?:ms|s|m|h)$/.test(text) ? `${figure} s` : figure;
}
