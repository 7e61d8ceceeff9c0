import { isCounted } from '../analysis/comparison.ts';
import type { ComparisonRow, Report } from '../analysis/schema.ts';
import { wilson } from '../analysis/wilson.ts';
import { isPartOf } from '../catalogue/disturbances.ts';
import { advice } from './advice.ts';
import { repeatsToTell, withinChance } from './chance.ts';
import { faultName, interval, listed, percent, plural, policyLabel } from './figures.ts';
import { flipSentence } from './sentences.ts';

/*
 * The answer at the top: a few plain sentences made from measured figures and their intervals, never beyond them.
 */

type Sources = Pick<Report, 'comparison' | 'trials'>;

/**
 * Paragraphs: what was lost, then what follows from it and what the flip costs. Empty if nothing can be compared: a watch,
 * a run without a fault or a flip.
 */
export function answer({ comparison, trials }: Sources): string[] {
  const rows = comparison.filter(({ policy, started }) => policy !== null && started > 0);
  const counted = rows.filter(({ repeats, unknownRepeats }) => repeats > unknownRepeats);
  const unknown = comparison
    .filter(({ policy, repeats, unknownRepeats }) => policy !== null && repeats === unknownRepeats)
    .map(({ policy }) => policyLabel(policy));
  const stuck = unknown.flatMap((policy) => neverRecovered(policy, trials) ?? []);
  const doubtful = unknown.filter((policy) => !stuck.some((one) => one.policy === policy));
  const faults = new Set(trials.flatMap(({ fault }) => (fault === null ? [] : [faultName(fault)])));
  const struck = counted.filter(({ disturbances }) => disturbances.some(({ kind }) => kind === 'fault'));
  const flips = counted.flatMap((row) => {
    const own = trials.filter((trial) => trial.policy === row.policy && isCounted(trial));
    return flipSentence(row, own) ?? [];
  });
  const paragraphs = [
    [
      ...(struck.length === 0 ? [] : lossSentences([...faults], struck)),
      ...stuck.map(({ policy, text }) => `Under ${policy} ${text}.`),
      ...(doubtful.length === 0 ? [] : [nothingKnown(doubtful, trials)]),
    ],
    [...advice({ struck, counted }), ...flips],
  ];
  return paragraphs.filter((sentences) => sentences.length > 0).map((sentences) => sentences.join(' '));
}

/** A policy whose repeats are unknown for this alone: that new connections never recovered. With the words of the last. */
function neverRecovered(policy: string, trials: Sources['trials']): { policy: string; text: string } | null {
  const reasons = trials
    .filter((trial) => policyLabel(trial.policy) === policy)
    .map((trial) => trial.reasons);
  const [last] = reasons.at(-1) ?? [];
  if (last === undefined) return null;
  const alone = reasons.every((all) => all.length > 0 && all.every(({ code }) => code === 'never-recovered'));
  return alone ? { policy, text: last.text } : null;
}

/** The reason, with what to do about it if the machine was the cause. */
function nothingKnown(policies: readonly string[], trials: Sources['trials']): string {
  const late = trials.some(
    ({ policy, verdict, reasons }) =>
      verdict === 'unknown' &&
      policies.includes(policyLabel(policy)) &&
      reasons.some(({ code }) => code === 'late'),
  );
  const advice = late
    ? ' This machine was too slow while it mattered: end other programs and run it again, or lower timeScale.'
    : '';
  return `Nothing is known about ${listed(policies)}: no repeat counts.${advice}`;
}

/** `Power-off of preemptible-2 cost 12 of 60 streams under Cluster (95 % interval 12..32 %) and none of 60 under Local (0..6 %).` */
function lossSentences(faults: readonly string[], rows: readonly ComparisonRow[]): string[] {
  const what = capital(listed(faults)) + (faults.length === 1 ? '' : ', one in each repeat,');
  const losses = listed(
    rows.map((row, index) => {
      const lost = lostToFault(row);
      const of = `${lost === 0 ? 'none' : lost} of ${row.started}${index === 0 ? ` ${plural(row.started, 'stream')}` : ''}`;
      const words = index === 0 ? '95 % interval ' : '';
      return `${of} under ${policyLabel(row.policy)} (${words}${interval({ interval: wilson(lost, row.started) })})`;
    }),
  );
  return [`${what} cost ${losses}.`, ...expectedSentences(rows), ...chanceSentences(rows)];
}

/** The losses to the fault alone: the flip's are shown beside them. */
const lostToFault = ({ disturbances }: ComparisonRow) =>
  disturbances
    .filter(({ kind }) => kind !== null && isPartOf(kind, 'fault'))
    .reduce((sum, { requestsLost }) => sum + requestsLost, 0);

/** `Expected from topology and policy alone: 20 % under Cluster and Cluster->Local, none under Local.` */
function expectedSentences(rows: readonly ComparisonRow[]): string[] {
  const shares = new Map<string, string[]>();
  for (const { policy, expectedShare, expectedLostShare } of rows) {
    if (expectedShare === null) continue;
    const share = expectedWords(expectedShare, expectedLostShare ?? expectedShare);
    shares.set(share, [...(shares.get(share) ?? []), policyLabel(policy)]);
  }
  if (shares.size === 0) return [];
  const groups = [...shares].map(([share, policies]) => `${share} under ${listed(policies)}`);
  const off = rows.filter(({ expectedWithinChance }) => expectedWithinChance === false);
  const beyond =
    off.length === 0
      ? ''
      : `; ${listed(off.map(({ policy }) => policyLabel(policy)))} differs by more than chance`;
  return [`Expected from topology and policy alone: ${groups.join(', ')}${beyond}.`];
}

/** `20 %`, `none`, `100 % depend on what it takes, of which all can finish in the time that it leaves them,`. */
function expectedWords(onIt: number, lost: number): string {
  if (onIt === 0) return 'none';
  const whole = percent(onIt);
  return percent(lost) === whole
    ? whole
    : `${whole} depend on what it takes, of which ${lost === 0 ? 'all' : `all but ${percent(lost / onIt)}`} can finish in the time that it leaves them,`;
}

/** Which differences are within chance, in words; nothing of policies that lost the same. */
function chanceSentences(rows: readonly ComparisonRow[]): string[] {
  const pairs = rows.flatMap((row, index) => rows.slice(0, index).map((other) => [other, row] as const));
  return pairs.flatMap(([one, other]) => {
    if (one.lost * other.started === other.lost * one.started) return [];
    if (withinChance(one, other) !== true) return [];
    const names = `${policyLabel(one.policy)} and ${policyLabel(other.policy)}`;
    if (one.expectedShare !== null && one.expectedShare === other.expectedShare)
      return [`The difference between ${names} is within chance.`];
    const needed = repeatsToTell(one, other);
    const more = needed === null ? '' : `; about --repeats ${needed} would tell`;
    return [`The difference between ${names} is within chance, so this run cannot tell them apart${more}.`];
  });
}

const capital = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
