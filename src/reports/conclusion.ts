import { notRecovered } from '../analysis/clocks.ts';
import type { ComparisonRow, DisturbanceReport, Report, TrialReport } from '../analysis/schema.ts';
import { causeList, percent, plural, policyName, seconds } from './words.ts';

/*
 * The figures as sentences, the same in every form of the report.
 */

/** A few sentences made of the figures: what was hit, what it cost under each policy, whether that was foretold. */
export function conclusion({ comparison, trials }: Pick<Report, 'comparison' | 'trials'>): string[] {
  return comparison.map((row) => {
    const own = trials.filter(({ policy }) => policy === row.policy);
    const main = row.policy === null ? watchSentence(row) : policySentence(row, own);
    const still = own.some(({ clockNotes }) => clockNotes.failover?.reason === notRecovered);
    return [
      main,
      ...(still ? ['New connections still failed at the end.'] : []),
      ...engineSentences(own),
    ].join(' ');
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

function policySentence(row: ComparisonRow, trials: readonly TrialReport[]): string {
  const name = policyName(row.policy);
  const lostBy = (kind: DisturbanceReport['kind']) =>
    trials
      .flatMap(({ disturbances }) => disturbances.filter((one) => one.kind === kind))
      .reduce((sum, { requestsLost }) => sum + requestsLost, 0);
  const flips = trials.some(({ disturbances }) => disturbances.some(({ kind }) => kind === 'flip'));
  const struck = trials.filter(({ disturbances }) => disturbances.some(({ kind }) => kind === 'fault'));
  const planned = trials.some(({ fault }) => fault !== null);
  const rest = row.lost - lostBy('flip') - lostBy('fault');
  if (!flips && struck.length === 0) {
    const when = planned ? ' before anything was broken' : '';
    return row.lost === 0
      ? `Under ${name} nothing was lost${when} (${row.started} ${plural(row.started, 'stream')}).`
      : `Under ${name} ${lostOf(row)}${planned ? when : ' with no fault injected'}.`;
  }
  return [
    ...(flips ? [flipSentence(name, row, trials)] : []),
    ...(struck.length > 0 ? [faultSentence(name, row, struck)] : []),
    ...(rest > 0 ? [`${rest} more ${plural(rest, 'stream')} ${were(rest)} lost apart from that.`] : []),
  ].join(' ');
}

/** `Under Cluster, power-off of preemptible-2 cut all 8 streams through it, as predicted (8 transit).` */
function faultSentence(name: string, row: ComparisonRow, trials: readonly TrialReport[]): string {
  const faults = trials.flatMap(({ fault }) => (fault === null ? [] : [`${fault.kind} of ${fault.node}`]));
  const through = trials.reduce((sum, { atInjection }) => sum + (atInjection?.throughTarget ?? 0), 0);
  const own = trials.flatMap(({ disturbances }) => disturbances.filter(({ kind }) => kind === 'fault'));
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
    return `${begin} ${none}${early ? ', as far as was seen before the end' : ''}.`;
  }
  const parts = [
    ...(before === 0 ? [] : [streamsCut(before, through, row.predictedLost ?? 0, it)]),
    ...(after === 0 ? [] : [`${after} ${plural(after, 'stream')} begun after ${it}`]),
  ];
  // Causes are counted over the whole trial: where other streams were lost as well, they do not belong here.
  const why = lost === row.lost ? ` (${causeList(row.byCause)})` : '';
  const spared = trials.reduce((sum, { requests }) => sum + requests.avoidableByLocal, 0);
  const cure =
    spared === 0 ? '' : `; Local would have spared ${spared === lost ? them(lost) : `${spared} of them`}`;
  const local =
    row.policy === 'Local' ? '; Local is no cure for a node that runs the ingress or the app' : '';
  return `${begin} ${parts.join(', and ')}${why}${cure}${local}.`;
}

/** Streams begun before the fault: how many of those through the target were cut, and how many should have been. */
function streamsCut(lost: number, through: number, predicted: number, it: string): string {
  const foretold =
    predicted === lost ? ', as predicted' : `, where ${predicted} ${were(predicted)} predicted`;
  if (lost > through) return `${lost} ${plural(lost, 'stream')}, ${through} of them through ${it}${foretold}`;
  if (lost < through) return `${lost} of the ${through} streams through ${it}${foretold}`;
  if (lost === 1) return `the only stream through ${it}${foretold}`;
  return `${lost === 2 ? 'both' : `all ${lost}`} streams through ${it}${foretold}`;
}

const them = (count: number) => (count === 1 ? 'it' : `${count === 2 ? 'both' : 'all'} of them`);

const were = (count: number) => (count === 1 ? 'was' : 'were');

const lostOf = ({ lost, started }: ComparisonRow) =>
  `${lost} of ${started} ${plural(started, 'stream')} ${were(lost)} lost`;

function watchSentence(row: ComparisonRow): string {
  const streams = row.lost === 0 ? `No stream of ${row.started} was lost` : lostOf(row);
  if (row.failover === null) return `${streams}.`;
  if (row.failover.max === 0) return `${streams}, and no new request failed.`;
  return `${streams}; ${failed('requests', row.failingShare, row.failover)}.`;
}

function flipSentence(name: string, row: ComparisonRow, trials: readonly TrialReport[]): string {
  const own = trials.flatMap(({ disturbances }) => disturbances.filter(({ kind }) => kind === 'flip'));
  const before = own.reduce((sum, { lostBegunBefore }) => sum + lostBegunBefore, 0);
  const after = own.reduce((sum, { lostBegunAfter }) => sum + lostBegunAfter, 0);
  const cut = before === 0 ? 'no established stream' : `${before} ${plural(before, 'stream')}`;
  const begun = after === 0 ? '' : `, and ${after} begun after it ${were(after)} lost`;
  const begin = `The flip ${name} cut ${cut}${begun}`;
  if (row.flipFailover === null) return `${begin}.`;
  if (row.flipFailover.max === 0)
    return `${begin}${begun === '' ? ' and' : '; it'} failed no new connection.`;
  return `${begin}; ${failed('connections', row.flipFailingShare, row.flipFailover)}.`;
}

/** `55 % of new connections failed for 11.0 s`. */
function failed(what: string, share: number | null, spread: { readonly median: number }): string {
  const part = share === null ? 'some' : `${percent(share)} of`;
  return `${part} new ${what} failed for ${seconds(spread.median)}`;
}
