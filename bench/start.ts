import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { packageRoot } from '../src/base/package.ts';
import type { Measured, Part } from './result.ts';

const reportSchema = z.object({ notices: z.array(z.string()) });

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
    rmSync(out, { recursive: true, force: true });
    const again = report.notices.filter((text) => text.includes('run again alone')).length;
    return measured({ seconds, exitCode: Number(exitCode), again });
  },
};

function measured(figures: { seconds: number; exitCode: number; again: number }): Measured {
  return {
    title: 'npm start',
    how: [
      '`npm start` on an installed checkout: the time a newcomer waits for the first report. Its three trials run side by side',
      'if the machine has room; one that was late is run again alone.',
    ],
    columns: [
      { key: 'seconds', title: 'wall s', digits: 1 },
      { key: 'exitCode', title: 'exit code', digits: 0 },
      { key: 'again', title: 'trials run again', digits: 0 },
    ],
    rows: [{ name: 'preemption.yaml', figures }],
    targets: [{ what: 'npm start', measured: figures.seconds, limit: 20, unit: 's', kind: 'at-most' }],
  };
}
