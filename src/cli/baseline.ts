import type { Report } from '../analysis/schema.ts';
import { type ExitCode, exitCodes, MidflightError } from '../base/errors.ts';
import { printChanges, saveBaseline, storedReport } from './compare.ts';
import { columnsOf, type Io } from './io.ts';

export interface BaselineArguments {
  /** The report that the run is compared with; a regression ends with exit code 1. */
  readonly baseline?: string | undefined;
  /** Where the run's report is kept for later runs. */
  readonly saveBaseline?: string | undefined;
  readonly json: boolean;
}

/**
 * Reads the baseline before anything is started; what it returns takes the finished report and gives the exit code that
 * follows. Throws `bad-usage` for several experiments, and for a baseline that cannot be read.
 */
export function baselineOf(
  args: BaselineArguments,
  experiments: number,
): (report: Report, io: Io) => ExitCode {
  const { baseline, saveBaseline: save, json } = args;
  const flag = baseline !== undefined ? '--baseline' : '--save-baseline';
  if ((baseline !== undefined || save !== undefined) && experiments > 1) {
    throw new MidflightError('bad-usage', `${flag} is for one experiment, and ${experiments} were given`, {
      hint: 'run them one by one',
    });
  }
  const before = baseline === undefined ? null : storedReport(baseline);
  return (report, io) => {
    const output = json ? io.stderr : io.stdout;
    const options = { format: 'text', failOnRegression: true } as const;
    const code =
      before === null ? exitCodes.pass : printChanges(before, report, options, output, columnsOf(output));
    if (save === undefined) return code;
    if (report.outcome === 'completed' && report.verdict !== 'unknown') saveBaseline(save, report);
    else
      io.stderr.write(`midflight: no baseline was saved: the run is ${report.outcome}, ${report.verdict}\n`);
    return code;
  };
}
