import type { Report } from '../analysis/schema.ts';
import type { Lane } from '../base/connections.ts';
import { type ExitCode, MidflightError } from '../base/errors.ts';
import { findProgram } from '../base/find-program.ts';
import { parseDuration } from '../base/units.ts';
import type { HistoryEvent } from '../history/schema.ts';
import { type WatchPlanOptions, watchPlan } from '../plan/watch.ts';
import { type During, duringName } from '../run/user-command.ts';
import { type AgentArguments, agentsOf } from './agents.ts';
import type { Io } from './io.ts';
import { wholeOption } from './option-values.ts';
import { takeOutDirs } from './out-dir.ts';
import { printGithub, printTerminal, reportersFor } from './reporters.ts';
import { shownCommand, shownUrl } from './secrets.ts';
import {
  expectedAnswer,
  refuseUnmeasurable,
  type StreamArguments,
  streamTimeoutMs,
} from './watch-streams.ts';
import { isLoopback, watchTarget } from './watch-target.ts';

/** The command line of `watch`, as it was given. */
export interface WatchArguments extends StreamArguments, AgentArguments {
  readonly url: string;
  readonly streams: number;
  readonly rate: number;
  /** Path and query that probes ask for; undefined: the URL's. */
  readonly probePath: string | undefined;
  readonly lanes: readonly Lane[];
  readonly duration: string;
  readonly stall: string;
  readonly timeout: string;
  readonly stability: string;
  readonly status: number;
  readonly headers: readonly string[];
  readonly headerFile: string | undefined;
  /** The whole URL and command in reports, history and messages: they may hold secrets. */
  readonly showCommand: boolean;
  readonly http: '1.1' | '2';
  readonly insecure: boolean;
  readonly resolve: string | undefined;
  readonly maxLost: number | undefined;
  readonly maxFailed: number | undefined;
  readonly maxFailover: string | undefined;
  readonly iOwnThis: boolean;
  readonly out: string | undefined;
  /** Replace files in a folder that no run of ours has written. */
  readonly force: boolean;
  readonly json: boolean;
  /** Names of reporters, with commas; undefined: the standard ones. */
  readonly reporter?: string | undefined;
  readonly quiet: boolean;
  readonly command: readonly string[];
}

/** What may be sent to a machine that is not this one without the user's word that it is theirs; the rate in each lane. */
const modest = { streams: 50, rate: 20 };

/** The result of a watch: the report, the exit code, and the files. */
interface WatchResult {
  readonly report: Report;
  readonly exitCode: ExitCode;
  readonly folder: string;
}

export async function watchUrl(args: WatchArguments, io: Io): Promise<ExitCode> {
  const reporters = reportersFor(args.reporter);
  const [{ onSignals }, { jsonReport }] = await Promise.all([
    import('./signals.ts'),
    import('../reports/json.ts'),
  ]);
  const interruption = onSignals(process, (exitCode) => process.exit(exitCode));
  try {
    const { report, exitCode, folder } = await watchReport(args, io, interruption);
    const printed = { report, folder, file: null };
    if (args.json) io.stdout.write(jsonReport(report));
    else await printTerminal(printed, reporters, io);
    await printGithub([printed], reporters, args, io);
    return exitCode;
  } finally {
    interruption.dispose();
  }
}

interface WatchHooks {
  readonly signal: AbortSignal;
  /** What is done meanwhile in place of a command, and by which name reports have it. */
  readonly during?: During;
  readonly name?: string;
  /** Sees every event as it is recorded. */
  readonly onEvent?: (event: HistoryEvent) => void;
}

/**
 * Everything that a watch can be refused for by its arguments alone, and what they mean. Opens no connection and writes
 * nothing. `command`: what is done meanwhile, as reports have it. Throws `bad-usage`, `missing-requirement`.
 */
export function preparedWatch(args: WatchArguments, env: Io['env'], command = args.command) {
  const reporters = reportersFor(args.reporter);
  const agents = agentsOf(args, {
    streams: args.streams,
    durationMs: milliseconds('duration', args.duration),
    followMs: streamTimeoutMs(args),
  });
  const target = watchTarget({ ...args, env });
  const plan = watchPlan(planOptions({ ...args, command }, target.hostname));
  refuseFlood(args, target.host);
  refuseNoProgram(args.command, env);
  return { reporters, agents, target, plan };
}

/** The watch itself, its report written and not printed. */
export async function watchReport(
  args: WatchArguments,
  io: Io,
  { signal, during, name = duringName, onEvent = () => {} }: WatchHooks,
): Promise<WatchResult> {
  const command = during === undefined ? args.command : [name];
  const { reporters, agents, target, plan } = preparedWatch(args, io.env, command);
  const [{ execute }, { runWatch, runIdOf }, { journalPlace }] = await Promise.all([
    import('./execute.ts'),
    import('../run/watch/index.ts'),
    import('../providers/journals.ts'),
  ]);
  const dirs = takeOutDirs([plan.experiment], { out: args.out, now: new Date(), force: args.force });
  const [folder = '.'] = dirs.folders;
  try {
    dirs.clear(folder);
    const ended = await execute({
      plan,
      start: (hooks) =>
        runWatch({
          plan,
          target,
          probeTarget: { ...target, path: args.probePath ?? target.path },
          http: args.http,
          ...(agents === null ? {} : { agents: { options: agents, journal: journalPlace(runIdOf(plan)) } }),
          durationMs: milliseconds('duration', args.duration),
          followMs: streamTimeoutMs(args),
          wanted: expectedAnswer(args),
          command,
          ...(during === undefined ? {} : { during }),
          shownCommand: commandOf({ ...args, command }),
          ...hooks,
          write: (event) => {
            hooks.write(event);
            onEvent(event);
          },
        }),
      folder,
      signal,
      quiet: args.quiet,
      plainLines: command.length > 0,
      io,
      reporters,
    });
    return { ...ended, folder };
  } finally {
    dirs.release();
  }
}

/** The command as it may be shown. */
const commandOf = ({ command, showCommand }: Pick<WatchArguments, 'command' | 'showCommand'>) =>
  showCommand ? [...command] : shownCommand(command);

function planOptions(args: WatchArguments, host: string): WatchPlanOptions {
  const shown = args.showCommand ? (text: string) => text : shownUrl;
  const { streams, rate, status, maxLost, maxFailed } = args;
  wholeOption('streams', streams, 0, 30_000);
  wholeOption('status', status, 200, 599);
  wholeOption('max-lost', maxLost, 0);
  wholeOption('max-failed', maxFailed, 0);
  if (maxFailed !== undefined && rate === 0) bad('--max-failed is for probes, and --rate 0 sends none');
  refuseUnmeasurable(args);
  if (!(rate >= 0 && rate <= 1000)) bad('--rate must be a number of probes a second, from 0 to 1000');
  if (streams === 0 && rate === 0) bad('--streams 0 and --rate 0 leave nothing to watch');
  if (args.probePath !== undefined) probePath(args.probePath, rate);
  if (args.maxFailover !== undefined && (rate === 0 || !args.lanes.includes('new'))) {
    bad('--max-failover is measured by probes on new connections');
  }
  const what = args.command.length === 0 ? '' : ` while ${commandOf(args).join(' ')} runs`;
  return {
    name: `watch-${host.replaceAll(/[^a-zA-Z0-9.-]+/g, '-')}`,
    description: `${shown(args.url)}${what}${args.probePath === undefined ? '' : `; probes ask for ${shown(args.probePath)}`}`,
    streams,
    rate,
    lanes: args.lanes,
    durationMs: milliseconds('duration', args.duration),
    stallMs: milliseconds('stall', args.stall),
    connectTimeoutMs: milliseconds('stall', args.stall),
    probeTimeoutMs: milliseconds('timeout', args.timeout),
    stabilityMs: milliseconds('stability', args.stability),
    expectStatus: status,
    maxFailed: maxFailed ?? null,
    maxLost: maxLost ?? null,
    maxFailoverMs: args.maxFailover === undefined ? null : milliseconds('max-failover', args.maxFailover),
  };
}

function refuseFlood({ streams, rate, iOwnThis }: WatchArguments, host: string): void {
  if (iOwnThis || isLoopback(host)) return;
  if (streams <= modest.streams && rate <= modest.rate) return;
  throw new MidflightError(
    'bad-usage',
    `${streams} streams and ${rate} probes a second are too much for a machine that may not be yours`,
    { hint: `stay within ${modest.streams} streams and ${modest.rate} probes a second, or add --i-own-this` },
  );
}

/** Before anything starts: a mistake in the command would otherwise be reported only after the watch. */
function refuseNoProgram([program]: readonly string[], env: Io['env']): void {
  if (program === undefined || findProgram(program, env) !== null) return;
  throw new MidflightError('missing-requirement', `there is no program '${program}'`, {
    hint: program.includes(' ')
      ? "write the command's words one by one, or: -- sh -c '…'"
      : 'it is started without a shell, and looked for in PATH',
  });
}

function probePath(path: string, rate: number): void {
  if (rate === 0) bad('--probe-path is for probes, and --rate 0 sends none');
  // What a request line can hold.
  if (!/^\/[\x21-\x7e]*$/.test(path) || path.includes('#')) {
    throw new MidflightError('bad-usage', `--probe-path ${shownUrl(path)} is no path`, {
      hint: "write a path on the URL's own host, such as /healthz or /search?q=x",
    });
  }
}

function bad(what: string): never {
  throw new MidflightError('bad-usage', what, { hint: 'see midflight watch --help' });
}

/** A week. */
const longestMs = 168 * 3_600_000;

function milliseconds(name: string, text: string): number {
  const ms = parseDuration(text);
  const least = name === 'max-failover' ? 0 : 10;
  if (ms === undefined || ms < least || ms > longestMs) {
    const bounds = ms === undefined ? '' : ` from ${least === 0 ? '0s' : '10ms'} to 168h`;
    throw new MidflightError('bad-usage', `--${name} ${text} is not a duration${bounds}`, {
      hint: 'write 500ms, 10s or 1m30s',
    });
  }
  return ms;
}
