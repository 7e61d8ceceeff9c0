import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { report as reportSchema } from '../../src/analysis/schema.ts';
import { packageRoot } from '../../src/base/package.ts';

/** One run beside the truth. Seconds of cluster time since the power cut. */
export interface Calibrated {
  readonly seed: number;
  readonly valid: boolean;
  readonly reason: string | null;
  readonly failover: number | null;
  readonly resolution: number | null;
  /** When the edge gave its verdict on the dead node. NaN: never. */
  readonly truth: number;
  readonly truthInside: boolean;
  readonly shareInside: boolean;
  readonly lost: number;
  readonly started: number;
  readonly endsBeforeLastFailed: boolean;
  /** The edge chose the node once more after its verdict: the truth would be none. */
  readonly usedAfterTruth: boolean;
}

const line = z.looseObject({ type: z.string(), t: z.number().optional() });
type Line = z.infer<typeof line>;
const header = z.looseObject({ plan: z.looseObject({ timeScale: z.number() }) });
const disturbance = z.looseObject({
  t: z.number(),
  kind: z.string(),
  at: z.string(),
  node: z.string().nullable(),
});
const health = z.looseObject({
  t: z.number(),
  node: z.string(),
  eligible: z.boolean(),
  healthy: z.boolean(),
});
const opened = z.looseObject({ t: z.number(), node: z.string().nullable() });

/** Runs the scenario once with this seed and reads its report and its raw history. */
export async function calibrate(file: string, seed: number, out: string): Promise<Calibrated> {
  const program = join(packageRoot(), 'dist', 'midflight.mjs');
  const args = [program, 'run', file, '--seed', `${seed}`, '--out', out, '--quiet'];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  const end = () => void child.kill();
  process.once('exit', end);
  await once(child, 'close');
  process.off('exit', end);
  const report = reportSchema.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')));
  const truth = truthOf(readFileSync(join(out, 'history.ndjson'), 'utf8'));
  const [trial] = report.trials;
  const fault = trial?.disturbances.find(({ kind }) => kind === 'fault');
  const failover = fault?.clocksSeconds.failover ?? null;
  const last = fault?.clocksSeconds.lastFailedProbe ?? null;
  const resolution = fault?.clockNotes.failover?.resolutionSeconds ?? null;
  const interval = report.comparison[0]?.interval ?? null;
  const expected = trial?.predicted?.expectedShare ?? null;
  // A clock that a late instrument read is unknown: it says so, and is no figure to be wrong.
  const valid = trial !== undefined && trial.verdict !== 'unknown' && failover !== null;
  return {
    seed,
    valid,
    reason: trial?.reason ?? report.reason ?? fault?.clockNotes.failover?.reason ?? null,
    failover,
    resolution,
    truth: truth.seconds,
    // Without a failed probe the outage may have lasted as long as its resolution says.
    truthInside:
      failover !== null &&
      resolution !== null &&
      truth.seconds >= (last ?? 0) - 1e-6 &&
      truth.seconds <= failover + resolution + 1e-6,
    shareInside:
      interval !== null && expected !== null && expected >= interval.low && expected <= interval.high,
    lost: report.comparison[0]?.lost ?? 0,
    started: report.comparison[0]?.started ?? 0,
    endsBeforeLastFailed: failover !== null && last !== null && failover < last,
    usedAfterTruth: truth.usedAfter,
  };
}

const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((one) => line.parse(JSON.parse(one)));

/** Of each trial of a history that holds several, one after the other: seconds of cluster time; NaN: there was no verdict. */
export function truthsOf(text: string): number[] {
  const lines = linesOf(text);
  const { plan } = header.parse(lines[0]);
  const trials: Line[][] = [];
  for (const one of lines) {
    if (one.type === 'trial-start') trials.push([]);
    trials.at(-1)?.push(one);
  }
  return trials.map((own) => truthIn(own, plan.timeScale).seconds);
}

/** Read from the lines alone, as somebody without midflight would. */
function truthOf(text: string): { seconds: number; usedAfter: boolean } {
  const lines = linesOf(text);
  const { plan } = header.parse(lines[0]);
  return truthIn(lines, plan.timeScale);
}

function truthIn(lines: readonly Line[], timeScale: number): { seconds: number; usedAfter: boolean } {
  const of = <T>(type: string, schema: z.ZodType<T>): T[] =>
    lines.filter((one) => one.type === type).map((one) => schema.parse(one));
  const cut = of('disturbance', disturbance).find(({ kind, at }) => kind === 'fault' && at === 'begin');
  const verdict = of('health', health).find(
    ({ t, node, eligible, healthy }) =>
      cut !== undefined && t >= cut.t && node === cut.node && !(eligible && healthy),
  );
  if (cut === undefined || verdict === undefined) return { seconds: Number.NaN, usedAfter: false };
  const recovered = of('disturbance', disturbance).find(({ at }) => at === 'recover');
  const until = recovered?.t ?? Number.POSITIVE_INFINITY;
  const usedAfter = of('edge-open', opened).some(
    ({ t, node }) => node === cut.node && t > verdict.t && t < until,
  );
  return { seconds: ((verdict.t - cut.t) * timeScale) / 1e9, usedAfter };
}
