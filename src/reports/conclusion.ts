import { isCounted } from '../analysis/comparison.ts';
import type { ComparisonRow, Report, TrialReport } from '../analysis/schema.ts';
import { lanes } from '../base/connections.ts';
import { type DisturbanceKind, disturbanceKinds, isPartOf } from '../catalogue/disturbances.ts';
import { staysOnNode } from '../catalogue/policies.ts';
import { causeList, disturbanceName, faultName, plural, policyLabel, seconds } from './figures.ts';
import { failedFor, were } from './sentences.ts';

/*
 * The figures as sentences, the same in every form of the report.
 */

/** A sentence or more for each policy: what was hit, what it cost, whether that was predicted. */
export function conclusion({ comparison, trials }: Pick<Report, 'comparison' | 'trials'>): string[] {
  return comparison.flatMap((row) => {
    const all = trials.filter(({ policy }) => policy === row.policy);
    const own = all.filter(isCounted);
    // Why a policy is unknown is reported with its trials.
    const known = row.repeats > row.unknownRepeats || row.policy === null;
    const main = row.policy === null ? [watchSentence(row, all)] : policySentences(row, own);
    const said = [...(known ? main : []), ...all.flatMap(unrecovered), ...engineSentences(own)];
    return said.length === 0 ? [] : [said.join(' ')];
  });
}

/** `New connections had not recovered from power-off of stable-1 when probing ended, 32.0 s after it.` */
function unrecovered({ disturbances }: TrialReport): string[] {
  return disturbances.flatMap((one) => {
    const note = one.clockNotes.failover;
    if (note?.code !== 'never-recovered') return [];
    const isOutage = one.kind === 'outage';
    const since = isOutage ? 'the outage began' : 'it';
    const after =
      note.atLeastSeconds === null ? '' : `, at least ${seconds(note.atLeastSeconds)} after ${since}`;
    const from = isOutage ? '' : ` from the ${disturbanceName(one)}`;
    return [`New connections had not recovered${from} when probing ended${after}.`];
  });
}

/** `background (autocannon) lost 80 of 1280 requests.`, for each load that is not ours: the streams above are. */
function engineSentences(trials: readonly TrialReport[]): string[] {
  const totals = new Map<string, { lost: number; started: number }>();
  for (const { engines } of trials) {
    for (const [load, { engine, lost, started }] of Object.entries(engines)) {
      const name = load === engine ? load : `${load} (${engine})`;
      const before = totals.get(name) ?? { lost: 0, started: 0 };
      totals.set(name, { lost: before.lost + lost, started: before.started + started });
    }
  }
  return [...totals].map(
    ([name, { lost, started }]) =>
      `${name} lost ${lost === 0 ? 'none' : lost} of ${started} ${plural(started, 'request')}.`,
  );
}

const switchoverKinds = disturbanceKinds.filter((kind) => isPartOf(kind, 'switchover'));
/** A preemption's notice and power cut are parts of one fault. */
const faultKinds = disturbanceKinds.filter((kind) => isPartOf(kind, 'fault'));

const disturbancesOf = (trials: readonly TrialReport[], kinds: readonly DisturbanceKind[]) =>
  trials.flatMap(({ disturbances }) => disturbances.filter(({ kind }) => kinds.includes(kind)));

/** None for a flip alone: the answer at the top of the report says what it cost. */
function policySentences(row: ComparisonRow, trials: readonly TrialReport[]): string[] {
  const name = policyLabel(row.policy);
  const lostBy = (kinds: readonly DisturbanceKind[]) =>
    disturbancesOf(trials, kinds).reduce((sum, { requestsLost }) => sum + requestsLost, 0);
  const flips = disturbancesOf(trials, switchoverKinds).length > 0;
  const struck = trials.filter((trial) => disturbancesOf([trial], faultKinds).length > 0);
  const planned = trials.some(({ fault }) => fault !== null);
  const rest = row.lost - lostBy(switchoverKinds) - lostBy(faultKinds);
  if (!flips && struck.length === 0) {
    const when = planned ? ' before anything was broken' : '';
    return [
      row.lost === 0
        ? `Under ${name} nothing was lost${when} (${row.started} ${plural(row.started, 'stream')}).`
        : `Under ${name} ${lostOf(row)}${planned ? when : ' with no fault injected'}.`,
    ];
  }
  if (struck.length > 0 && struck.every(({ atInjection }) => atInjection === null)) {
    const faults = [...new Set(struck.flatMap(({ fault }) => (fault === null ? [] : [faultName(fault)])))];
    if (faults.length > 0)
      return [
        `Under ${name}, ${lostOf(row)} in trials with ${faults.join(' and ')}; which of the streams went through it is not known.`,
      ];
  }
  return [
    ...(struck.length > 0 ? [faultSentence(name, row, struck)] : []),
    ...(rest > 0 ? [`${rest} more ${plural(rest, 'stream')} ${were(rest)} lost apart from that.`] : []),
  ];
}

/** `Under Cluster, power-off of preemptible-2 cut all 8 streams through it, as predicted (8 transit).` */
function faultSentence(name: string, row: ComparisonRow, trials: readonly TrialReport[]): string {
  const faults = trials.flatMap(({ fault }) => (fault === null ? [] : [faultName(fault)]));
  const through = trials.reduce((sum, { atInjection }) => sum + (atInjection?.throughTarget ?? 0), 0);
  const own = disturbancesOf(trials, faultKinds);
  const before = own.reduce((sum, { lostBegunBefore }) => sum + lostBegunBefore, 0);
  const after = own.reduce((sum, { lostBegunAfter }) => sum + lostBegunAfter, 0);
  const lost = before + after;
  const [first = '', ...others] = new Set(faults);
  const begin = `Under ${name}, ${[first, ...others].join(' and ')} cut`;
  const it = others.length === 0 ? 'it' : 'them';
  if (lost === 0) {
    if (through === 0) return `${begin} no stream: none went through ${it}.`;
    const none = `${through === 1 ? 'not the one stream' : `none of the ${through} streams`} through ${it}`;
    const early = trials.some(({ outcome }) => outcome !== 'completed');
    const foretold = row.predictedLost === 0 && !early ? ', as predicted' : '';
    return `${begin} ${none}${early ? ', as far as was seen before the end' : foretold}.`;
  }
  const parts = [
    ...(before === 0 ? [] : [streamsCut(before, through, row.predictedLost ?? 0, it)]),
    ...(after === 0 ? [] : [`${after} ${plural(after, 'stream')} started after ${it}`]),
  ];
  // Causes are counted over the whole trial: if other streams were lost as well, they do not belong here.
  const why = lost === row.lost ? ` (${causeList(row.byCause)})` : '';
  const spared = trials.reduce((sum, { requests }) => sum + requests.avoidableByLocal, 0);
  const cure =
    spared === 0 ? '' : `; Local would have spared ${spared === lost ? them(lost) : `${spared} of them`}`;
  const local =
    row.traffic?.switchover === null && staysOnNode(row.traffic.final)
      ? `; ${name} is no cure for a node that runs the ingress or the app`
      : '';
  return `${begin} ${parts.join(', and ')}${why}${cure}${local}.`;
}

/** Streams started before the fault: how many of those through the target were cut, and how many should have been. */
function streamsCut(lost: number, through: number, predicted: number, it: string): string {
  const foretold =
    predicted === lost ? ', as predicted' : `, where ${predicted} ${were(predicted)} predicted`;
  if (lost > through) return `${lost} ${plural(lost, 'stream')}, ${through} of them through ${it}${foretold}`;
  if (lost < through) return `${lost} of the ${through} streams through ${it}${foretold}`;
  if (lost === 1) return `the only stream through ${it}${foretold}`;
  return `${lost === 2 ? 'both' : `all ${lost}`} streams through ${it}${foretold}`;
}

const them = (count: number) => (count === 1 ? 'it' : `${count === 2 ? 'both' : 'all'} of them`);

const lostOf = ({ lost, started }: ComparisonRow) =>
  `${lost} of ${started} ${plural(started, 'stream')} ${were(lost)} lost`;

/** Every load that was asked for: the streams, and each lane of the probes. */
function watchSentence(row: ComparisonRow, trials: readonly TrialReport[]): string {
  const streams = row.lost === 0 ? `No stream of ${row.started} was lost` : lostOf(row);
  const outages = row.disturbances.flatMap((one) => failedFor('request', one, row.repeats) ?? []);
  const failed = (lane: (typeof lanes)[number]) => {
    const found = trials.flatMap(({ probes }) => probes[lane] ?? []);
    const sum = (key: 'failed' | 'sent') => found.reduce((total, one) => total + one[key], 0);
    return { lane, any: found.length > 0, failed: sum('failed'), sent: sum('sent') };
  };
  const lost = lanes
    .map(failed)
    .filter(({ any, lane }) => any && !(lane === 'new' && outages.length > 0))
    .map(
      (one) =>
        `${one.failed === 0 ? 'none' : one.failed} of ${one.sent} requests on ${laneWords[one.lane]} failed`,
    );
  const parts = [...(row.started === 0 ? [] : [streams]), ...outages, ...lost];
  return parts.length === 0 ? 'No request was made.' : `${capital(parts.join('; '))}.`;
}

const laneWords = { new: 'new connections', reused: 'kept connections' } as const;

const capital = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
