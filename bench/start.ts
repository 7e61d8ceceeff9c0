import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { packageRoot } from '../src/base/package.ts';
import { experimentPlan, plan as planSchema } from '../src/plan/schema.ts';
import { trialMs } from '../src/plan/wall.ts';
import type { Measured, Part } from './result.ts';

const reportSchema = z.object({ verdict: z.string(), wallSeconds: z.number() });
const headerSchema = z.object({ plan: planSchema });

/** What a newcomer waits for: `npm start`, installed and built. */
export const startPart: Part = {
  name: 'start',
  limitSeconds: 180,
  async run(progress) {
    const out = mkdtempSync(join(tmpdir(), 'midflight-bench-'));
    progress('npm start');
    const began = performance.now();
    const child = spawn('npm', ['start', '--', '--out', out], { cwd: packageRoot(), stdio: 'ignore' });
    const end = () => void child.kill();
    process.once('exit', end);
    const [exitCode] = await once(child, 'close');
    process.off('exit', end);
    const seconds = (performance.now() - began) / 1000;
    const report = reportSchema.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')));
    const [first = ''] = readFileSync(join(out, 'history.ndjson'), 'utf8').split('\n', 1);
    const { plan } = headerSchema.parse(JSON.parse(first));
    const experiment = experimentPlan.parse(plan);
    rmSync(out, { recursive: true, force: true });
    const timers =
      plan.trials.reduce((sum, trial) => sum + trialMs(experiment, trial), 0) / plan.timeScale / 1000;
    return measured(seconds, Number(exitCode), report.wallSeconds / timers);
  },
};

function measured(seconds: number, exitCode: number, share: number): Measured {
  return {
    title: 'npm start',
    how: ['`npm start` on an installed checkout: the time a newcomer waits for the first report.'],
    columns: [
      { key: 'seconds', title: 'wall s', digits: 1 },
      { key: 'exitCode', title: 'exit code', digits: 0 },
      { key: 'share', title: 'wall time / sum of its timers', digits: 3 },
    ],
    rows: [{ name: 'preemption.yaml', figures: { seconds, exitCode, share } }],
    targets: [
      { what: 'npm start', measured: seconds, limit: 60, unit: 's', kind: 'at-most' },
      {
        what: 'npm start: wall time against the sum of its timers',
        measured: share,
        limit: 1.1,
        unit: 'x',
        kind: 'at-most',
      },
    ],
  };
}
