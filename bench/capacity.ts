import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { monotonic } from '../src/base/clock.ts';
import { nsPerSecond } from '../src/base/units.ts';
import { processesWith, type Sandbox, sandbox, start, tokensOf } from '../test/support/cli.ts';
import type { Measured, Part, Row } from './result.ts';
import { follow } from './support/usage.ts';

/** What one run asks of the machine. Rates are per second of cluster time. */
interface Asked {
  readonly name: string;
  readonly nodes: number;
  readonly timeScale: number;
  readonly streams: number;
  readonly rampSeconds: number;
  readonly probes: number;
}

const timeScale = 10;
const base: Asked = { name: 'small', nodes: 4, timeScale, streams: 1, rampSeconds: 20, probes: 1 };
const runs: readonly Asked[] = [
  base,
  { ...base, name: 'more nodes', nodes: 24 },
  { ...base, name: 'more nodes, twice as fast', nodes: 24, timeScale: 2 * timeScale },
  { ...base, name: 'more streams', streams: 400 },
  { ...base, name: 'more probes', probes: 20 },
];

/** What an embedded experiment costs in CPU, part by part: src/plan/capacity.ts rests on these figures. */
export const capacityPart: Part = {
  name: 'capacity',
  limitSeconds: 240,
  async run(progress) {
    const box = sandbox();
    try {
      const rows: Row[] = [];
      for (const asked of runs) {
        progress(asked.name);
        rows.push({ name: asked.name, figures: await measured(asked, box) });
      }
      return table(rows);
    } finally {
      box.remove();
    }
  },
};

const scenario = ({ nodes, timeScale: scale, streams, rampSeconds, probes }: Asked) => `name: capacity
nodes: [{ name: node, count: ${nodes} }]
ingress: { replicas: 2 }
app: { replicas: 2 }
load:
  - { kind: streams, concurrency: ${streams}, duration: ${rampSeconds + 60}s, ramp: ${rampSeconds}s }
  - { kind: probe, rate: ${probes} }
policies: [Cluster]
timeScale: ${scale}
`;

/** CPU of all processes of the run: seconds up to the ramp, cores in the ramp, cores while all streams flow. */
async function measured(asked: Asked, box: Sandbox): Promise<Record<string, number>> {
  const file = join(box.folder, 'capacity.yaml');
  writeFileSync(file, scenario(asked));
  const run = start(['run', file, '--quiet', '--out', 'capacity'], box);
  const usage = follow(() => [run.child.pid ?? -1, ...processesWith(tokensOf(box))]);
  const samples: { readonly t: number; readonly cpu: number }[] = [];
  const timer = setInterval(() => samples.push({ t: monotonic.now(), cpu: usage.look().cpuSeconds }), 100);
  const { code, stderr } = await run.ended;
  clearInterval(timer);
  usage.stop();
  if (code !== 0 && code !== 2) throw new Error(`exit ${code}: ${stderr}`);
  const ramp = rampIn(join(box.folder, 'capacity', 'history.ndjson'));
  const open = ramp + (asked.rampSeconds * nsPerSecond) / asked.timeScale;
  const cpuAt = (t: number) => samples.findLast((sample) => sample.t <= t)?.cpu ?? 0;
  const cores = (from: number, to: number) => (cpuAt(to) - cpuAt(from)) / ((to - from) / nsPerSecond);
  return {
    nodes: asked.nodes,
    timeScale: asked.timeScale,
    streams: asked.streams,
    probes: asked.probes,
    startCpuSeconds: cpuAt(ramp),
    rampCores: cores(ramp, open),
    // Their last second is left out: streams end in it.
    steadyCores: cores(open, open + (59 * nsPerSecond) / asked.timeScale),
  };
}

/** When the load began. */
function rampIn(history: string): number {
  for (const line of readFileSync(history, 'utf8').split('\n')) {
    if (!line.includes('"ramp"')) continue;
    const { type, phase, t } = JSON.parse(line);
    if (type === 'phase' && phase === 'ramp') return t;
  }
  throw new Error('no load was started');
}

function table(rows: readonly Row[]): Measured {
  return {
    title: 'What an embedded experiment asks of the machine',
    how: [
      'Runs without a fault; CPU seconds of all their processes, from /proc.',
      `The plan warns before a run that would ask for more cores than there are; it reckons with these figures (here ${cpus().length} cores).`,
    ],
    columns: [
      { key: 'nodes', title: 'nodes', digits: 0 },
      { key: 'timeScale', title: 'time scale', digits: 0 },
      { key: 'streams', title: 'streams', digits: 0 },
      { key: 'probes', title: 'probes/s', digits: 0 },
      { key: 'startCpuSeconds', title: 'CPU seconds until it serves', digits: 1 },
      { key: 'rampCores', title: 'cores in the ramp', digits: 2 },
      { key: 'steadyCores', title: 'cores, all streams open', digits: 2 },
    ],
    rows: [...rows],
    targets: [],
  };
}
