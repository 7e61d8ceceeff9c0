import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type ExitCode, MidflightError } from '../base/errors.ts';
import { jsonReport } from '../reports/json.ts';
import { baselineOf } from './baseline.ts';
import { reportOf } from './execute.ts';
import { exitCodeOf, worstOf } from './exit-codes.ts';
import type { Io } from './io.ts';
import { historyName, refuseForeign } from './out-dir.ts';
import { printGithub, printTerminal, reportersFor } from './reporters.ts';

/** The report from the history alone; the same bytes as the run itself wrote, and the same exit code.
 * `baseline`: an earlier report that it is shown beside; a regression ends with exit code 1. */
export async function reportAgain(
  path: string,
  {
    json,
    reporter,
    baseline,
  }: { json: boolean; reporter?: string | undefined; baseline?: string | undefined },
  io: Io,
): Promise<ExitCode> {
  const reporters = reportersFor(reporter);
  const against = baselineOf({ baseline, json }, 1);
  const { history, folder } = historyAt(path);
  if (basename(history) !== historyName) {
    refuseForeign(folder, `or put the history into a folder of its own, as ${historyName}`);
  }
  const { report, file } = await reportOf(history, folder, io, {
    reporters,
    baseline: against.report,
  });
  if (json) io.stdout.write(jsonReport(report));
  else await printTerminal({ report, folder, file }, reporters, io);
  await printGithub([{ report, folder, file }], reporters, { json }, io);
  return worstOf([exitCodeOf(report), against.settle(report, io)]);
}

export function historyAt(path: string): { history: string; folder: string } {
  const isFile = existsSync(path) && statSync(path).isFile();
  const history = isFile ? path : join(path, historyName);
  if (existsSync(history)) return { history, folder: dirname(history) };
  throw new MidflightError('missing-file', 'there is no history.ndjson', {
    where: path,
    hint: 'name a folder that midflight run has written, such as reports/<time>-preemption',
  });
}
