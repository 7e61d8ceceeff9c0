import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type ExitCode, MidflightError } from '../base/errors.ts';
import { jsonReport } from '../reports/json.ts';
import { terminalReport } from '../reports/terminal.ts';
import { folderOfReport, reportOf } from './execute.ts';
import { exitCodeOf } from './exit-codes.ts';
import { colourOf, columnsOf, type Io } from './io.ts';
import { historyName, refuseForeign } from './out-dir.ts';

/** The report from the history alone; the same bytes as the run itself wrote, and the same exit code. */
export async function reportAgain(path: string, { json }: { json: boolean }, io: Io): Promise<ExitCode> {
  const { history, folder } = historyAt(path);
  if (basename(history) !== historyName) {
    refuseForeign(folder, `or put the history into a folder of its own, as ${historyName}`);
  }
  const report = await reportOf(history, folder, io);
  const { stdout } = io;
  const colour = colourOf(stdout, io.env);
  stdout.write(
    json
      ? jsonReport(report)
      : `${terminalReport(report, { columns: columnsOf(stdout), colour, folder: folderOfReport(folder) }).trimEnd()}\n`,
  );
  return exitCodeOf(report);
}

function historyAt(path: string): { history: string; folder: string } {
  const isFile = existsSync(path) && statSync(path).isFile();
  const history = isFile ? path : join(path, historyName);
  if (existsSync(history)) return { history, folder: dirname(history) };
  throw new MidflightError('missing-file', 'there is no history.ndjson', {
    where: path,
    hint: 'name a folder that midflight run has written, such as reports/<time>-preemption',
  });
}
