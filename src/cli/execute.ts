import { join } from 'node:path';
import type { TrialDetail } from '../analysis/detail.ts';
import { analysis } from '../analysis/index.ts';
import type { Report } from '../analysis/schema.ts';
import { type ExitCode, exitCodes, MidflightError } from '../base/errors.ts';
import { writeFailure } from '../base/machine-error.ts';
import { abortController, abortsWith } from '../base/signals.ts';
import { visibleLine } from '../base/visible.ts';
import { eachEvent } from '../history/reader.ts';
import { type HistoryWriter, openHistory } from '../history/writer.ts';
import type { AnyPlan } from '../plan/schema.ts';
import { seriesReader } from '../reports/html/series.ts';
import { writeReports } from '../reports/index.ts';
import { liveView } from '../reports/live.ts';
import type { ReporterName } from '../reports/names.ts';
import type { PlannedRunOptions } from '../run/index.ts';
import { exitCodeOf, worstOf } from './exit-codes.ts';
import { colourOf, columnsOf, type Io } from './io.ts';
import { livePage } from './live-page.ts';

/** What a runner is given: the receiver of its events, and the signal to end. */
type RunHooks = Pick<PlannedRunOptions, 'write' | 'show' | 'signal' | 'onStatus' | 'onProgress' | 'onWait'>;

interface ExecuteOptions {
  readonly plan: AnyPlan;
  /** Does it: an experiment, or a watch. */
  readonly start: (hooks: RunHooks) => Promise<unknown>;
  /** Exists, and holds nothing of an older run. */
  readonly folder: string;
  /** Aborted when the user wants the end. */
  readonly signal: AbortSignal;
  readonly quiet: boolean;
  /** Others write to the terminal too: plain lines, nothing painted over. */
  readonly plainLines?: boolean;
  readonly io: Io;
  /** Whose files are written; undefined: the standard ones. */
  readonly reporters?: readonly ReporterName[];
  /** Serve the live page, and open it if somebody looks at the terminal. */
  readonly ui?: boolean;
  /** The report that this one is shown beside. */
  readonly baseline?: Report | undefined;
}

/**
 * One experiment from plan to report. However the run ends, what was seen of it is analysed and reported; a defect of
 * midflight is thrown only after that.
 */
export async function execute(options: ExecuteOptions): Promise<{ report: Report; exitCode: ExitCode }> {
  const { folder, io } = options;
  const file = join(folder, 'history.ndjson');
  const defects: unknown[] = [];
  await record(options, file).catch((error) => defects.push(error));
  try {
    const { report, isWhole } = await writtenReport(file, folder, io, options);
    const code = exitCodeOf(report);
    if (defects.length === 0) {
      return { report, exitCode: isWhole ? code : worstOf([code, exitCodes.incomplete]) };
    }
  } catch (error) {
    defects.push(error);
  }
  // The first is the cause; a report that failed after it is only its consequence.
  throw defects[0];
}

/** Runs it, with its history written and shown as it grows. */
async function record(options: ExecuteOptions, file: string): Promise<void> {
  const { plan, signal, quiet, io } = options;
  const history = historyAt(file);
  const broken = abortController();
  const { stderr } = io;
  const view = quiet
    ? null
    : liveView({
        plan,
        stream: stderr,
        columns: () => columnsOf(stderr),
        colour: colourOf(stderr, io.env),
        interactive: stderr.isTTY === true && options.plainLines !== true,
        now: () => performance.now(),
      });
  const page = options.ui === true ? await livePage(plan, io) : null;
  void history.failed.then((error) => {
    broken.abort(unwritable(file, error));
  });
  const onAbort = () => view?.status('ending (again: at once)');
  signal.addEventListener('abort', onAbort);
  try {
    await options.start({
      write: (event) => history.write(event),
      show: (event) => {
        view?.event(event);
        page?.feed.event(event);
      },
      signal: abortsWith(signal, broken.signal),
      onStatus: (text) => view?.status(text),
      onProgress: (load, message) => {
        view?.progress(load, message);
        page?.feed.progress(load, message);
      },
      onWait: (wait) => {
        view?.wait(wait);
        page?.feed.wait(wait);
      },
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
    view?.stop();
    await page?.close();
    await history.close();
  }
  if (broken.signal.aborted) throw broken.signal.reason;
}

function unwritable(where: string, error: unknown): MidflightError {
  const what = `the history cannot be written: ${writeFailure(error)}`;
  const hint = 'choose another folder with --out DIR, on a disk with room';
  return new MidflightError('missing-requirement', what, { where, hint, cause: error });
}

function historyAt(file: string): HistoryWriter {
  try {
    return openHistory(file);
  } catch (error) {
    throw unwritable(file, error);
  }
}

/** The report of a history, written beside it, and the scenario's file as its plan names it. */
export async function reportOf(
  history: string,
  folder: string,
  io: Io,
  wanted: WrittenOptions = {},
): Promise<{ report: Report; file: string | null }> {
  return writtenReport(history, folder, io, wanted);
}

type WrittenOptions = Pick<ExecuteOptions, 'reporters' | 'baseline'>;

/** Lost requests of a trial that are kept to be shown one by one. */
const mostLost = 1000;

/** The same, with whether every form of it could be written. */
async function writtenReport(
  history: string,
  folder: string,
  { stderr }: Io,
  { reporters, baseline }: WrittenOptions,
): Promise<{ report: Report; isWhole: boolean; file: string | null }> {
  const details: TrialDetail[] = [];
  const found = analysis({ onDetail: (detail) => details.push(detail), lostLimit: mostLost });
  const charts = seriesReader();
  // Read once: a long history is what takes the time.
  let file: string | null = null;
  let scenario: string | undefined;
  const ending = await eachEvent(history, (event) => {
    if (event.type === 'header') ({ file, scenario } = event.plan);
    charts.take(event, found.take(event));
  });
  const report = found.report(ending);
  const { warnings } = writeReports(
    { report, series: charts.close(), details, folder, scenario, baseline },
    reporters,
  );
  for (const warning of warnings) stderr.write(`midflight: ${visibleLine(warning)}\n`);
  return { report, isWhole: warnings.length === 0, file };
}
