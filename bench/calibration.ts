import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { packageRoot } from '../src/base/package.ts';
import type { Measured, Part } from './result.ts';
import { at } from './support/stats.ts';
import { type Calibrated, calibrate } from './support/true-ejection.ts';

/** Runs of one topology: with 40, a true coverage of 95 % can be distinguished from one of 80 %. */
const seeds = 40;
/** Trials side by side: one is idle for most of its time. A trial that came out late is run again alone. */
const sideBySide = 2;

/**
 * Whether the reported failover holds the truth: many seeds of the preemption experiment under Cluster, each compared
 * with the instant at which the edge stopped choosing the dead node, read from the raw history without the analysis.
 * `nodes`: of the cluster, two of them stable.
 */
export const calibrationPart = (nodes: number): Part => ({
  name: `calibration-${nodes}`,
  limitSeconds: 2400,
  async run(progress) {
    const folder = mkdtempSync(join(tmpdir(), 'midflight-calibration-'));
    const file = join(folder, 'scenario.yaml');
    writeFileSync(file, stringify(scenario(nodes)));
    const queue = Array.from({ length: seeds }, (_, index) => index + 1);
    const done: Calibrated[] = [];
    const again: number[] = [];
    const one = async (seed: number) => calibrate(file, seed, join(folder, `seed-${seed}`));
    const worker = async () => {
      for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
        const found = await one(seed);
        progress(`seed ${seed}: ${describe(found)}`);
        if (found.valid) done.push(found);
        else again.push(seed);
      }
    };
    await Promise.all(Array.from({ length: sideBySide }, worker));
    for (const seed of again) {
      const found = await one(seed);
      progress(`seed ${seed}, alone: ${describe(found)}`);
      done.push(found);
    }
    rmSync(folder, { recursive: true, force: true });
    return measured(nodes, done, again.length);
  },
});

function scenario(nodes: number): unknown {
  const text = readFileSync(join(packageRoot(), 'experiments', 'preemption.yaml'), 'utf8');
  const { expect: _, providers: __, policies: ___, nodes: ____, ...rest } = parse(text);
  return {
    ...rest,
    name: `calibration-${nodes}`,
    nodes: [
      { name: 'stable', count: 2, labels: { pool: 'stable' } },
      { name: 'preemptible', count: nodes - 2, preemptible: true },
    ],
    policies: ['Cluster'],
    observe: 'short',
  };
}

const describe = ({ valid, reason, lost, started, shareInside, failover, resolution, truth }: Calibrated) =>
  valid
    ? `lost ${lost} of ${started}${shareInside ? '' : ' (expected share outside)'}, failover ${failover ?? '-'} s, resolution ${resolution ?? '-'} s, truth ${truth.toFixed(1)} s`
    : `left out: ${reason}`;

function measured(nodes: number, all: readonly Calibrated[], again: number): Measured {
  const valid = all.filter((one) => one.valid);
  const share = (fits: (one: Calibrated) => boolean) =>
    valid.length === 0 ? null : valid.filter(fits).length / valid.length;
  const number = (pick: (one: Calibrated) => number | null) =>
    valid.map(pick).filter((value) => value !== null);
  const inside = share((one) => one.truthInside);
  const shareInside = share((one) => one.shareInside);
  const early = valid.filter((one) => one.endsBeforeLastFailed).length;
  const used = valid.filter((one) => one.usedAfterTruth).length;
  const what = `calibration, ${nodes} nodes`;
  return {
    title: `Calibration: ${nodes} nodes, ${seeds} seeds of preemption under Cluster`,
    how: [
      'Each run compares the reported failover with the instant at which the edge stopped choosing the dead node, taken',
      'from the raw history (its verdict on the node) without the analysis. The truth is inside if it lies between the',
      'last failed probe and the failover plus its resolution. The expected share is that of topology and policy.',
      `Two trials ran side by side; ${again} came out unknown and ran again alone; ${all.length - valid.length} were left out,`,
      'as they are when no stream was on the node.',
    ],
    columns: [
      { key: 'runs', title: 'runs', digits: 0 },
      { key: 'inside', title: 'truth inside', digits: 3 },
      { key: 'shareInside', title: 'expected share inside the interval', digits: 3 },
      { key: 'failover', title: 'failover s, median', digits: 1 },
      { key: 'truth', title: 'truth s, median', digits: 1 },
      { key: 'resolution', title: 'resolution s, median', digits: 1 },
      { key: 'used', title: 'runs with a connection to it after the truth', digits: 0 },
    ],
    rows: [
      {
        name: `${nodes} nodes`,
        figures: {
          runs: valid.length,
          inside,
          shareInside,
          failover: at(
            0.5,
            number((one) => one.failover),
          ),
          truth: at(
            0.5,
            number((one) => one.truth),
          ),
          resolution: at(
            0.5,
            number((one) => one.resolution),
          ),
          used,
        },
      },
    ],
    targets: [
      { what: `${what}: runs`, measured: valid.length, limit: 0.95 * seeds, unit: '', kind: 'at-least' },
      {
        what: `${what}: truth inside the reported failover and its resolution`,
        measured: inside,
        limit: 0.95,
        unit: '',
        kind: 'at-least',
      },
      {
        what: `${what}: expected share inside the interval of the lost share`,
        measured: shareInside,
        limit: 0.9,
        unit: '',
        kind: 'at-least',
      },
      {
        what: `${what}: failovers that end before the last failed probe`,
        measured: early,
        limit: 0,
        unit: '',
        kind: 'at-most',
      },
    ],
  };
}
