import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../src/base/package.ts';
import type { Measured, Part } from './result.ts';
import { ranExperiment } from './support/experiment.ts';

/** Of them with ingress and app, and so many that only pass connections on. */
const stable = 20;

/** The first experiment with more nodes, its three trials one after the other on one cluster. */
export function nodesPart(count: number): Part {
  return {
    name: `nodes-${count}`,
    limitSeconds: 240,
    async run(progress) {
      progress(`${count} nodes, three trials`);
      const dir = mkdtempSync(join(tmpdir(), 'midflight-bench-'));
      try {
        const file = join(dir, 'preemption.yaml');
        writeFileSync(file, withNodes(count));
        return measured(count, await ranExperiment([file, '--parallel', '1']));
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    },
  };
}

/** Three for each node, so that one of them is on the node that dies in 19 of 20 trials; each with a fifth of the chunks. */
const streams = (count: number) => 3 * count;

function withNodes(count: number): string {
  const changes = [
    ['count: 2\n', `count: ${stable}\n`],
    ['count: 3\n', `count: ${count - stable}\n`],
    ['concurrency: 60\n', `concurrency: ${streams(count)}\n`],
    ['duration: 85s\n', 'duration: 110s\n'],
    ['chunkInterval: 1s\n', 'chunkInterval: 5s\n'],
    ['ramp: 5s\n', 'ramp: 30s\n'],
  ] as const;
  return changes.reduce(
    (text, [old, changed]) => {
      if (!text.includes(old)) throw new Error(`preemption.yaml has no ${old}`);
      return text.replace(old, changed);
    },
    readFileSync(join(packageRoot(), 'experiments', 'preemption.yaml'), 'utf8'),
  );
}

function measured(count: number, figures: Awaited<ReturnType<typeof ranExperiment>>): Measured {
  const what = `${count} nodes`;
  const target = (unit: string, measuredAs: number, limit: number, of: string) => ({
    ...{ what: `${what}: ${of}`, measured: measuredAs, limit, unit },
    kind: 'at-most' as const,
  });
  return {
    title: `Preemption on ${count} nodes`,
    how: [
      `The first experiment with ${stable} stable and ${count - stable} preemptible nodes and ${streams(count)} streams of a chunk every 5 s, its three trials one after the other, from the start of the`,
      'program to its end. Memory: of all processes at once, a page that several share counted once (Pss, twice a second).',
    ],
    columns: [
      { key: 'seconds', title: 'wall s', digits: 1 },
      { key: 'cpuSeconds', title: 'CPU s', digits: 1 },
      { key: 'peakMb', title: 'peak MB', digits: 0 },
      { key: 'processes', title: 'processes', digits: 0 },
      { key: 'trials', title: 'trials', digits: 0 },
      { key: 'unknown', title: 'unknown', digits: 0 },
    ],
    rows: [{ name: what, figures: { ...figures } }],
    targets: [
      target('s', figures.seconds, 60, 'wall'),
      target('MB', figures.peakMb, 1536, 'memory'),
      target('', figures.unknown, 0, 'unknown trials'),
    ],
  };
}
