import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MidflightError } from '../src/base/errors.ts';
import { packageRoot } from '../src/base/package.ts';
import type { Measured, Part, Row } from './result.ts';
import { writeBigHistory } from './support/big-history.ts';
import { openedInMs } from './support/open-page.ts';
import { follow } from './support/usage.ts';

const requests = 1_000_000;
const trials = 10;
const megabyte = 1e6;

/** `midflight report` on a history of a million requests, in its own process. */
export const reportPart: Part = {
  name: 'report',
  limitSeconds: 300,
  async run(progress) {
    const folder = mkdtempSync(join(tmpdir(), 'midflight-bench-'));
    const remove = () => rmSync(folder, { recursive: true, force: true });
    process.once('exit', remove);
    try {
      progress(`writing a history of ${requests} requests`);
      const size = writeBigHistory(join(folder, 'history.ndjson'), { requests, trials });
      progress('midflight report');
      const row = await reported(folder);
      progress('opening its page in Chromium');
      const openMs = await openedInMs(join(folder, 'report.html'));
      return measured({
        ...row,
        figures: { ...row.figures, openMs, lines: size.lines, historyMb: size.bytes / megabyte },
      });
    } finally {
      process.off('exit', remove);
      remove();
    }
  },
};

/** Runs it and follows it to its end. Throws `internal` where it fails. */
async function reported(folder: string): Promise<Row> {
  const program = join(packageRoot(), 'dist', 'midflight.mjs');
  const began = performance.now();
  const child = spawn(process.execPath, [program, 'report', folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const kill = () => void child.kill();
  process.once('exit', kill);
  const usage = follow(() => (child.pid === undefined ? [] : [child.pid]));
  const [code] = await once(child, 'close');
  const seconds = (performance.now() - began) / 1000;
  process.off('exit', kill);
  const { cpuSeconds, peakMb } = usage.stop();
  const page = join(folder, 'report.html');
  if (code !== 0 || !existsSync(page))
    throw new MidflightError('internal', `midflight report ended with ${code}`);
  return {
    name: `${requests} requests`,
    figures: { seconds, cpuSeconds, peakMb, htmlMb: statSync(page).size / megabyte },
  };
}

function measured(row: Row): Measured {
  const { seconds = null, peakMb = null, htmlMb = null, openMs = null } = row.figures;
  const what = 'report from a history of 1,000,000 requests';
  return {
    title: 'Report from a large history',
    how: [
      `${trials} trials, a power-off in each; one request in ten is a stream, the others are probes, half of them on new connections; the edge and the ingress have their lines for each, as in a run.`,
      'The page is opened in a Chromium that is up already, from asking for the file until it is painted: the middle one of five.',
    ],
    columns: [
      { key: 'lines', title: 'lines', digits: 0 },
      { key: 'historyMb', title: 'history MB', digits: 0 },
      { key: 'seconds', title: 'wall s', digits: 1 },
      { key: 'cpuSeconds', title: 'CPU s', digits: 1 },
      { key: 'peakMb', title: 'peak RSS MB', digits: 0 },
      { key: 'htmlMb', title: 'HTML MB', digits: 2 },
      { key: 'openMs', title: 'opened in Chromium ms', digits: 0 },
    ],
    rows: [row],
    targets: [
      { what: `${what}: time`, measured: seconds, limit: 10, unit: 's', kind: 'at-most' },
      { what: `${what}: memory`, measured: peakMb, limit: 300, unit: 'MB', kind: 'at-most' },
      { what: `${what}: HTML`, measured: htmlMb, limit: 3, unit: 'MB', kind: 'at-most' },
      {
        what: `${what}: HTML opened in Chromium`,
        measured: openMs,
        limit: 2000,
        unit: 'ms',
        kind: 'at-most',
      },
    ],
  };
}
