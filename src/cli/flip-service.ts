import { createInterface } from 'node:readline/promises';
import { systemClock } from '../base/clock.ts';
import { lanes } from '../base/connections.ts';
import { adviceOf, type ExitCode, exitCodes, MidflightError } from '../base/errors.ts';
import { abortsWith } from '../base/signals.ts';
import { nsPerMs, parseDuration } from '../base/units.ts';
import { visibleLine } from '../base/visible.ts';
import type { SwitchoverName } from '../catalogue/switchovers.ts';
import { excludedForAnnotation, excludeLabel } from '../kube/names.ts';
import { flipAccess } from '../policies/access.ts';
import { leftovers } from '../providers/clean.ts';
import { isOn } from '../providers/context/tools.ts';
import { type FlipOptions, openFlip, refuseUnfinished } from '../run/flip/flip.ts';
import { flipGuard } from '../run/flip/guard.ts';
import { chosen, flipChoices, plannedSteps } from '../run/flip/plan.ts';
import type { DuringSession } from '../run/user-command.ts';
import { type AwaitedArguments, type AwaitedConnections, awaitedConnections } from './awaited-connections.ts';
import { contextLog } from './context-log.ts';
import { worstOf } from './exit-codes.ts';
import { type AnsweredTarget, type FlipTarget, readTarget } from './flip-question.ts';
import { flipWords } from './flip-words.ts';
import type { Io } from './io.ts';
import { wholeOption } from './option-values.ts';
import { printGithub, printTerminal, reportersFor } from './reporters.ts';
import { refuseMissing } from './rights.ts';
import { onSignals } from './signals.ts';
import { watchDefaults } from './watch-defaults.ts';
import { preparedWatch, type WatchArguments, watchReport } from './watch-url.ts';

export interface FlipArguments extends FlipTarget {
  readonly strategy: SwitchoverName | 'auto';
  readonly url: string | undefined;
  readonly allowChanges: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly maxLost: number;
  readonly maxFailed: number;
  readonly json: boolean;
  readonly reporter?: string | undefined;
  /** Null: open connections through excluded nodes are not waited for. */
  readonly awaited: AwaitedArguments | null;
  /** As `midflight watch` has them. */
  readonly watched: Pick<
    WatchArguments,
    | 'streams'
    | 'rate'
    | 'probePath'
    | 'stall'
    | 'timeout'
    | 'stability'
    | 'status'
    | 'headers'
    | 'headerFile'
    | 'insecure'
    | 'resolve'
    | 'iOwnThis'
    | 'out'
    | 'force'
    | 'quiet'
  >;
}

/** `midflight flip`: reads and shows the plan; with --allow-changes, takes it under load. Exit codes: docs/exit-codes.md. */
export async function flipService(args: FlipArguments, io: Io): Promise<ExitCode> {
  wholeOption('max-lost', args.maxLost, 0);
  wholeOption('max-failed', args.maxFailed, 0);
  // A mistake in what is watched is found before anybody is asked, and before the Lease is taken.
  if (args.url !== undefined) preparedWatch(watchOf({ ...args, url: args.url }), io.env);
  const target = await readTarget(args, io.env);
  const { service, edge, opened } = target;
  const show = (text: string) => (args.json ? io.stderr : io.stdout).write(text);
  if (args.allowChanges) refuseLeftovers(target);
  if (service.policy === args.to) {
    show(`${service.namespace}/${service.name} has the policy ${args.to} already: nothing to do\n`);
    if (args.to === 'Cluster' && service.excluded.length > 0) show(stillExcluded(service));
    return exitCodes.pass;
  }
  const question = {
    ...{ kubeConfig: opened.kubeConfig, service, edge, final: args.to },
    awaitEstablished: args.awaited !== null,
  };
  const choices = await flipChoices(question);
  const choice = chosen(choices, args.strategy);
  const steps = await plannedSteps(question, choice.strategy);
  show(flipWords({ target, to: args.to, choices, choice, steps, withCalls: args.dryRun }));
  if (args.dryRun) return exitCodes.pass;
  if (!args.allowChanges)
    throw new MidflightError('bad-usage', 'nothing was changed: --allow-changes is not given', {
      hint: 'add --url URL and --allow-changes to do it, or --dry-run to see every call of the API',
    });
  if (args.url === undefined)
    throw new MidflightError('bad-usage', '--url is missing: without it nobody sees what clients meet', {
      hint: 'add --url with an address that goes through this load balancer',
    });
  const asked = await refuseMissing(opened, flipAccess(choice.strategy, service.namespace), {
    doing: 'the flip needs',
    roles: 'ClusterRole midflight-flip',
  });
  if (!asked) io.stderr.write('midflight: this API server does not answer what these credentials may do\n');
  const awaited = await awaitedConnections(args, service, io);
  if (!args.yes) await confirm(service.name, io);
  return take({ ...args, url: args.url, strategy: choice.strategy }, target, awaited, io);
}

/** The policy was set back by hand, and the labels of the flip before are still there: the commands that take them away. */
function stillExcluded({ namespace, name, excluded }: AnsweredTarget['service']): string {
  const lines = excluded.flatMap(({ name: node, excludedFor }) => {
    const others = excludedFor.filter((one) => one !== `${namespace}/${name}`);
    if (others.length > 0)
      return [`  kubectl annotate --overwrite node ${node} ${excludedForAnnotation}=${others.join(',')}`];
    return [
      `  kubectl label node ${node} ${excludeLabel}-`,
      `  kubectl annotate node ${node} ${excludedForAnnotation}-`,
    ];
  });
  return ['an earlier flip has left nodes out of the load balancer; to give them back:', ...lines, ''].join(
    '\n',
  );
}

/** A dead flip of this cluster comes first: its changes may be the state that was just read. */
function refuseLeftovers({ opened }: AnsweredTarget): void {
  const dead = leftovers().left.find(
    ({ alive, content: { opening } }) => !alive && isOn(opening.place, opened),
  );
  if (dead !== undefined) refuseUnfinished(dead.content.opening.what);
}

async function confirm(name: string, { stderr }: Io): Promise<void> {
  if (process.stdin.isTTY !== true)
    throw new MidflightError('bad-usage', 'nobody can be asked: standard input is no terminal', {
      hint: 'add --yes if the plan above is what you want',
    });
  const asking = createInterface({ input: process.stdin, output: stderr });
  try {
    const answer = await asking.question(`type the Service's name (${name}) to begin: `);
    if (answer.trim() === name) return;
  } finally {
    asking.close();
  }
  throw new MidflightError('bad-usage', 'not confirmed; nothing was changed');
}

type Taken = Omit<FlipArguments, 'strategy' | 'url'> & {
  readonly strategy: SwitchoverName;
  readonly url: string;
};

async function take(
  args: Taken,
  target: AnsweredTarget,
  awaited: AwaitedConnections | null,
  io: Io,
): Promise<ExitCode> {
  const { service, edge, opened } = target;
  const { watched, maxLost, maxFailed } = args;
  const title = `flip ${service.namespace}/${service.name} to ${args.to} by ${args.strategy}`;
  const interruption = onSignals(process, (exitCode) => process.exit(exitCode));
  const { signal } = interruption;
  let session: DuringSession | null = null;
  const say = (text: string) => {
    io.stderr.write(`midflight: ${visibleLine(text)}\n`);
    session?.record({ type: 'note', t: systemClock.now(), level: 'info', code: 'step', text });
  };
  const changes = flipLog(args, target, title, signal);
  const stabilityMs = parseDuration(watched.stability) ?? 0;
  const counted = awaited?.follow(say, title) ?? null;
  const options: FlipOptions = {
    ...(counted === null ? {} : { established: counted }),
    ...{ kubeConfig: opened.kubeConfig, service, edge, changes, clock: systemClock, say },
    ...{ final: args.to, strategy: args.strategy, stabilityMs },
  };
  const flip = await openFlip(options).catch(async (error: unknown) => {
    await counted?.stop();
    changes.close();
    interruption.dispose();
    throw error;
  });
  const guard = flipGuard({
    ...{ maxLost, maxFailed, rate: watched.rate },
    stabilityNs: stabilityMs * nsPerMs,
    probeTimeoutNs: (parseDuration(watched.timeout) ?? 0) * nsPerMs,
  });
  let work: Promise<void> = Promise.resolve();
  try {
    const result = await watchReport(watchOf(args), io, {
      signal,
      name: title,
      onEvent: guard.observe,
      during: (ended, of) => {
        session = of;
        guard.begin();
        work = flip.take(abortsWith(ended, guard.stop), ended, guard.wellSince);
        work.catch(() => {}); // it is awaited below, also if the watch ends first
        return work;
      },
    }).finally(() => {
      session = null;
    });
    // If the watch has ended before it (Ctrl-C), it is being rolled back.
    const undone = await work.then(
      () => null,
      (error: unknown) => adviceOf(error),
    );
    const printed = { report: result.report, folder: result.folder, file: null };
    if (args.json) {
      const { jsonReport } = await import('../reports/json.ts');
      io.stdout.write(jsonReport(result.report));
    } else await printTerminal(printed, reportersFor(args.reporter), io);
    await printGithub([printed], reportersFor(args.reporter), { json: args.json }, io);
    if (undone !== null)
      io.stderr.write(`midflight: the flip was stopped and rolled back: ${visibleLine(undone)}\n`);
    if (flip.failed.length > 0) io.stderr.write('midflight: midflight clean tries again to undo the rest\n');
    return undone === null ? result.exitCode : worstOf([result.exitCode, exitCodes.incomplete]);
  } finally {
    await work.catch(() => {});
    await counted?.stop();
    await flip.close();
    interruption.dispose();
  }
}

function flipLog(
  { to, strategy }: Taken,
  { opened, service, edge }: AnsweredTarget,
  what: string,
  signal: AbortSignal,
) {
  const { namespace, name } = service;
  const place = { namespace, service: name, to, strategy, balancer: edge.preset };
  return contextLog({ opened, what, place }, signal);
}

const watchOf = ({
  url,
  watched,
  json,
  reporter,
  maxLost,
  maxFailed,
}: Pick<Taken, 'url' | 'watched' | 'json' | 'reporter' | 'maxLost' | 'maxFailed'>): WatchArguments => ({
  ...watchDefaults,
  ...watched,
  duration: '1s',
  lanes,
  showCommand: true,
  expectBytes: undefined,
  expectEnd: undefined,
  minTime: undefined,
  follow: undefined,
  maxFailover: undefined,
  maxLost,
  maxFailed: watched.rate === 0 ? undefined : maxFailed,
  json,
  reporter,
  command: [],
  url,
});
