import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../src/analysis/schema.ts';
import type { Measured, Part, Row } from './result.ts';
import { ranAgain, reportIn, runInto } from './support/experiment.ts';
import { at } from './support/stats.ts';
import { truthsOf } from './support/true-ejection.ts';

const repeats = 10;
const atOnce = 3;

/** The same trials of preemption one after the other and side by side: whether the figures are the same, and how long both take. */
export const sideBySidePart: Part = {
  name: 'side-by-side',
  limitSeconds: 600,
  async run(progress) {
    progress(`${repeats} trials, one after the other`);
    const alone = await ran(1);
    progress(`${repeats} trials, at most ${atOnce} at once`);
    const beside = await ran(atOnce);
    return measured(alone, beside);
  },
};

interface Ran {
  readonly seconds: number;
  readonly again: number;
  /** By repeat. */
  readonly lost: readonly (number | null)[];
  readonly failovers: readonly number[];
  readonly truths: readonly number[];
  /** Trials that count, and those whose truth lies between the last failed probe and the failover plus its resolution. */
  readonly counted: number;
  readonly inside: number;
}

const ran = (most: number): Promise<Ran> =>
  runInto(
    ['preemption', '--policy', 'Cluster', '--repeats', `${repeats}`, '--parallel', `${most}`],
    () => (folder, seconds) =>
      ranOf(reportIn(folder), readFileSync(join(folder, 'history.ndjson'), 'utf8'), seconds),
  );

function ranOf(report: Report, history: string, seconds: number): Ran {
  const { trials } = report;
  const truths = truthsOf(history);
  const read = trials.flatMap((trial, index) => {
    const fault = trial.disturbances.find(({ kind }) => kind === 'fault');
    const failover = fault?.clocksSeconds.failover ?? null;
    const truth = truths[index];
    if (trial.verdict === 'unknown' || failover === null || truth === undefined) return [];
    const last = fault?.clocksSeconds.lastFailedProbe ?? 0;
    const resolution = fault?.clockNotes.failover?.resolutionSeconds ?? 0;
    return [{ failover, truth, inside: truth >= last - 1e-6 && truth <= failover + resolution + 1e-6 }];
  });
  return {
    seconds,
    again: ranAgain(report),
    lost: trials.map(({ verdict, requests }) => (verdict === 'unknown' ? null : requests.lost)),
    failovers: read.map(({ failover }) => failover),
    truths: read.map(({ truth }) => truth),
    counted: read.length,
    inside: read.filter(({ inside }) => inside).length,
  };
}

function measured(alone: Ran, beside: Ran): Measured {
  const pairs = alone.lost.flatMap((lost, index) => {
    const other = beside.lost[index] ?? null;
    return lost === null || other === null ? [] : [[lost, other] as const];
  });
  const differ = pairs.filter(([one, other]) => one !== other).length;
  const row = (name: string, one: Ran): Row => ({
    name,
    figures: {
      seconds: one.seconds,
      again: one.again,
      counted: one.counted,
      lost: one.lost.reduce<number>((sum, lost) => sum + (lost ?? 0), 0),
      failover: at(0.5, one.failovers),
      truth: at(0.5, one.truths),
      inside: one.inside,
    },
  });
  const what = 'trials side by side';
  return {
    title: 'Trials side by side, and one after the other',
    how: [
      `The same ${repeats} trials of preemption under Cluster, of one seed, so on the same draws, first one after the other on one cluster, then at`,
      `most ${atOnce} at once, each of as many clusters used again. The truth is the instant of the edge's verdict on the dead node, as for the calibration.`,
    ],
    columns: [
      { key: 'seconds', title: 'wall s', digits: 1 },
      { key: 'again', title: 'run again alone', digits: 0 },
      { key: 'counted', title: 'trials that count', digits: 0 },
      { key: 'lost', title: 'streams lost', digits: 0 },
      { key: 'failover', title: 'failover s, median', digits: 1 },
      { key: 'truth', title: 'truth s, median', digits: 1 },
      { key: 'inside', title: 'truth inside', digits: 0 },
    ],
    rows: [row('one after the other', alone), row(`${atOnce} at once`, beside)],
    targets: [
      {
        what: `${what}: trials that count both ways`,
        measured: pairs.length,
        limit: repeats,
        unit: '',
        kind: 'at-least',
      },
      { what: `${what}: of them, with other losses`, measured: differ, limit: 0, unit: '', kind: 'at-most' },
    ],
  };
}
