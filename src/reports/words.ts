import { type ComparisonRow, causes, cdnCodes, type Report, type TrialReport } from '../analysis/schema.ts';

/*
 * How figures read, the same in every form of the report.
 */

/** `24.9 s`, `1 min 12 s`. */
export function seconds(value: number): string {
  if (value >= 120) return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
  return `${value.toFixed(value >= 100 ? 0 : 1)} s`;
}

export function percent(share: number): string {
  const value = share * 100;
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

export const policyName = (policy: string | null): string => policy ?? 'watch';

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

/** What clients behind a CDN would have seen, streams and new connections together: `36 x 200 cut short, 58 x 522`. */
export function cdnLine({ trials }: Pick<Report, 'trials'>): string | null {
  const counts = new Map<string, number>();
  for (const { requests, probes } of trials) {
    for (const byCode of [requests.byCdnCode, probes.new?.byCdnCode ?? {}]) {
      for (const code of cdnCodes) counts.set(code, (counts.get(code) ?? 0) + (byCode[code] ?? 0));
    }
  }
  const parts = cdnCodes.flatMap((code) => {
    const count = counts.get(code) ?? 0;
    return count === 0 ? [] : [`${count} x ${codeWords[code]}`];
  });
  return parts.length === 0 ? null : parts.join(', ');
}

/** `embedded, timers 20x faster, shown in cluster time · seed 7 · 2 repeats`. */
export function setting({ provider, timeScale, seed, comparison, description }: Report): string {
  const pace = timeScale === 1 ? '' : `, timers ${timeScale}x faster, shown in cluster time`;
  const repeats = Math.max(0, ...comparison.map((row) => row.repeats));
  if (provider === 'watch') return description;
  return `${provider}${pace} · seed ${seed} · ${repeats} repeat${repeats === 1 ? '' : 's'}`;
}

/** A few sentences made of the figures: what was hit, what it cost under each policy, whether that was foretold. */
export function conclusion(report: Report): string[] {
  const targets = [...new Set(report.trials.flatMap(({ fault }) => (fault === null ? [] : [fault.node])))];
  return report.comparison.map((row) => sentence(row, report.trials, targets)).filter((text) => text !== '');
}

function sentence(row: ComparisonRow, trials: readonly TrialReport[], targets: readonly string[]): string {
  const name = policyName(row.policy);
  const own = trials.filter(({ policy }) => policy === row.policy);
  const through = own.reduce((sum, { atInjection }) => sum + (atInjection?.throughTarget ?? 0), 0);
  const flipLost = own.reduce(
    (sum, { disturbances }) =>
      sum +
      disturbances.filter(({ kind }) => kind === 'flip').reduce((all, one) => all + one.requestsLost, 0),
    0,
  );
  const flips = own.some(({ disturbances }) => disturbances.some(({ kind }) => kind === 'flip'));
  const flip = flips ? flipSentence(name, row, flipLost) : '';
  if (row.policy === null) return watchSentence(row);
  if (targets.length === 0 || own.every(({ fault }) => fault === null)) {
    if (flips) return flip;
    return row.lost === 0
      ? `${name}: nothing was lost (${row.started} streams).`
      : `${name}: ${row.lost} of ${row.started} streams were lost with no fault injected.`;
  }
  const foretold =
    row.predictedLost === row.lost ? 'as predicted' : `${row.predictedLost ?? 0} were predicted`;
  const faultLost = row.lost - flipLost;
  const loss =
    faultLost === 0
      ? `under ${name} losing ${targets.join(', ')} cut no request${through === 0 ? ': none went through it' : ` of the ${through} that went through it`}`
      : `under ${name} losing ${targets.join(', ')} cut ${faultLost} of the ${through} requests with it in their path (${foretold}): ${causeList(row.byCause)}`;
  const spared = own.reduce((sum, { requests }) => sum + requests.avoidableByLocal, 0);
  const cure = spared > 0 ? `; Local would have spared ${spared === row.lost ? 'all' : spared} of them` : '';
  const local =
    faultLost > 0 && row.policy === 'Local'
      ? '; Local is no cure for a node that runs the ingress or the app'
      : '';
  return `${flip === '' ? '' : `${flip} `}${capital(loss)}${cure}${local}.`;
}

function watchSentence(row: ComparisonRow): string {
  const streams =
    row.lost === 0
      ? `no stream of ${row.started} was lost`
      : `${row.lost} of ${row.started} streams were lost`;
  if (row.failover === null) return `${capital(streams)}.`;
  if (row.failover.max === 0) return `${capital(streams)}, and no new request failed.`;
  return `${capital(streams)}; ${failed('requests', row.failingShare, row.failover)}.`;
}

function flipSentence(name: string, row: ComparisonRow, lost: number): string {
  const streams = lost === 0 ? 'no established stream' : `${lost} streams`;
  if (row.flipFailover === null) return `The flip ${name} cut ${streams}.`;
  if (row.flipFailover.max === 0) return `The flip ${name} cut ${streams} and failed no new connection.`;
  return `The flip ${name} cut ${streams}; ${failed('connections', row.flipFailingShare, row.flipFailover)}.`;
}

/** `55 % of new connections failed for 11.0 s`. */
function failed(what: string, share: number | null, spread: { readonly median: number }): string {
  const part = share === null ? 'some' : percent(share);
  return `${part} of new ${what} failed for ${seconds(spread.median)}`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** `preemption.yaml:12`-less: what an expectation asked and what was measured. */
export function measured(value: string | number | boolean | null): string {
  if (value === null) return 'not measured';
  return typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(3) : String(value);
}
