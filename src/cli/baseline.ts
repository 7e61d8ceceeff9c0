import type { Report } from '../analysis/schema.ts';
import { type ExitCode, exitCodes, MidflightError } from '../base/errors.ts';
import { printChanges, saveBaseline, storedReport } from './compare.ts';
import { columnsOf, type Io } from './io.ts';

interface BaselineArguments {
  /** The report that the run is compared with; a regression ends with exit code 1. */
  readonly baseline?: string | undefined;
  /** The file in which the run's report is kept for later runs. */
  readonly saveBaseline?: string | undefined;
  readonly json: boolean;
}

interface Baseline {
  /** The report that the run is compared with; undefined: with none. */
  readonly report: Report | undefined;
  /** Prints what changed, keeps the finished report if that was asked for, and returns the exit code that follows. */
  settle(report: Report, io: Io): ExitCode;
}

/**
 * Reads the baseline, before anything is started. Throws `bad-usage` for several experiments, and for a baseline that cannot
 * be read.
 */
export function baselineOf(args: BaselineArguments, experiments: number): Baseline {
  const { baseline, saveBaseline: save, json } = args;
  const flag = baseline !== undefined ? '--baseline' : '--save-baseline';
  if ((baseline !== undefined || save !== undefined) && experiments > 1) {
    throw new MidflightError('bad-usage', `${flag} is for one experiment, and ${experiments} were given`, {
      hint: 'run them one by one',
    });
  }
  const before = baseline === undefined ? undefined : storedReport(baseline);
  const settle: Baseline['settle'] = (report, io) => {
    const output = json ? io.stderr : io.stdout;
    const options = { format: 'text', failOnRegression: true } as const;
    const code =
      before === undefined
        ? exitCodes.pass
        : printChanges(before, report, options, output, columnsOf(output));
    if (save === undefined) return code;
    if (report.outcome === 'completed' && report.verdict !== 'unknown') saveBaseline(save, report);
    else
      io.stderr.write(`midflight: no baseline was saved: the run is ${report.outcome}, ${report.verdict}\n`);
    return code;
  };
  return { report: before, settle };
}
