import { causes } from '../../catalogue/causes.ts';
import { cdnCodes } from '../../catalogue/cdn-codes.ts';
import { type ClockName, clockNames } from '../../catalogue/clocks.ts';
import type { InstrumentKind } from '../../catalogue/instruments.ts';
import { outcomes } from '../../catalogue/outcomes.ts';
import { strokesOf } from '../build/disturbances.ts';
import type { Judged } from '../build/losses.ts';
import type { BuiltTrial } from '../build/trial.ts';
import type { ClockNote, DisturbanceReport, ExpectationReport, TrialReport } from '../schema.ts';

export type Measured = ExpectationReport['measured'];

/** The value of a metric in one trial, and what its trust rests on. */
export interface Metric {
  /** null: not measured. */
  readonly measured: Measured;
  /** A clock: why it has no value and what it is at least. */
  readonly note: ClockNote | null;
  /** A count or a share: the requests that it counts. Null: not a count of requests. */
  readonly counted: readonly Judged[] | null;
  /** Whose lateness may add to it or hide from it. */
  readonly instruments: readonly InstrumentKind[];
}

const fact = (measured: Measured): Metric => ({ measured, note: null, counted: null, instruments: [] });

export function metricOf(name: string, trial: BuiltTrial): Metric {
  const { report } = trial;
  const disturbance = (kind: DisturbanceReport['kind']) =>
    report.disturbances.find((one) => one.kind === kind);
  switch (name) {
    case 'predictedMatches':
      return fact(trial.predictedMatches);
    case 'sourceAddress':
      return fact(report.sourceAddress);
    case 'probes.new.failed':
    case 'probes.reused.failed':
      return probeCount(trial, name === 'probes.new.failed' ? 'new' : 'reused');
  }
  const [head = '', tail = ''] = splitOnce(name);
  const clock = clockNames.find((one) => one === (head === 'flip' ? tail : name));
  if (clock !== undefined) return clockMetric(clock, head === 'flip' ? disturbance('flip') : report);
  return streamCount(name, trial);
}

function clockMetric(
  name: ClockName,
  of: Pick<TrialReport, 'clocksSeconds' | 'clockNotes'> | undefined,
): Metric {
  return {
    measured: of?.clocksSeconds[name] ?? null,
    note: of?.clockNotes[name] ?? null,
    counted: null,
    instruments: [],
  };
}

function probeCount({ report, lanes }: BuiltTrial, lane: 'new' | 'reused'): Metric {
  return {
    measured: report.probes[lane]?.failed ?? null,
    note: null,
    counted: lanes[lane]?.failed.filter(({ lost }) => lost) ?? [],
    instruments: ['probe', 'accept', 'cluster', 'other'],
  };
}

/** Counts of streams. An unknown name measures nothing. */
function streamCount(name: string, { report, streams, disturbances }: BuiltTrial): Metric {
  const { requests } = report;
  const lost = streams.filter((one) => one.lost);
  const count = (measured: Measured, counted: readonly Judged[]): Metric => ({
    measured,
    note: null,
    counted,
    instruments: ['streams', 'accept', 'cluster', 'other'],
  });
  const lostAt = (kind: DisturbanceReport['kind']) => {
    const found =
      kind === 'fault' ? strokesOf(disturbances) : disturbances.filter((one) => one.kind === kind);
    const own = lost.filter(({ disturbance }) => disturbance !== null && found.includes(disturbance));
    return count(found.length === 0 ? null : own.length, own);
  };
  switch (name) {
    case 'lost':
      return count(requests.lost, lost);
    case 'lost.share':
      return count(requests.started === 0 ? null : requests.lost / requests.started, lost);
    case 'lostAtFlip':
      return lostAt('flip');
    case 'lostAtFault':
      return lostAt('fault');
    case 'avoidableByLocal':
      return count(requests.avoidableByLocal, []);
  }
  const [head = '', tail = ''] = splitOnce(name);
  if (head === 'lost') {
    const own = lost.filter(({ cause }) => cause === tail);
    return count(countOf(requests.byCause, causes, tail), own);
  }
  if (head === 'outcome') {
    const own = streams.filter(({ outcome }) => outcome === tail);
    return count(countOf(requests.byOutcome, outcomes, tail), own);
  }
  const own = lost.filter(({ cdn }) => cdn === tail);
  return count(head === 'cdn' ? countOf(requests.byCdnCode, cdnCodes, tail) : null, own);
}

function splitOnce(metric: string): [string, string] {
  const dot = metric.indexOf('.');
  return dot === -1 ? [metric, ''] : [metric.slice(0, dot), metric.slice(dot + 1)];
}

function countOf<K extends string>(
  counts: Partial<Record<K, number>>,
  keys: readonly K[],
  name: string,
): number | null {
  const key = keys.find((one) => one === name);
  return key === undefined ? null : (counts[key] ?? 0);
}
