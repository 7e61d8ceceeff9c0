import type { Report } from '../analysis/schema.ts';
import { type ExitCode, exitCodes, MidflightError } from '../base/errors.ts';
import { visibleJson } from '../base/visible.ts';
import { type ClusterOption, clusterNames, clusterOptions, clusters } from '../catalogue/clusters.ts';
import type { PolicyName } from '../catalogue/policies.ts';
import { makePlan, type PlanOptions } from '../plan/make.ts';
import type { Plan } from '../plan/schema.ts';
import { mostRepeats } from '../scenario/schema.ts';
import { baselineOf } from './baseline.ts';
import { chosenCluster } from './cluster-word.ts';
import { worstOf } from './exit-codes.ts';
import { failureOf } from './failure.ts';
import { requestedImages } from './images.ts';
import { columnsOf, type Io } from './io.ts';
import { kindConfigFile, withNotice } from './kind-config.ts';
import { writeNote } from './notes.ts';
import { wholeOption } from './option-values.ts';
import { takeOutDirs } from './out-dir.ts';
import { type Printed, printGithub, printTerminal, reportersFor } from './reporters.ts';
import { checkFiles, openScenario } from './scenario-files.ts';
import { firstExperiment, nextSteps } from './shipped.ts';

/** The command line of `run`, as it was given. */
interface RunArguments {
  readonly files: readonly string[];
  readonly cluster: string;
  readonly out: string | undefined;
  /** Replace files in a folder that no run of ours has written. */
  readonly force: boolean;
  readonly json: boolean;
  /** Names of reporters, with commas; undefined: the standard ones. */
  readonly reporter?: string | undefined;
  readonly baseline?: string | undefined;
  readonly saveBaseline?: string | undefined;
  readonly repeats: number | undefined;
  readonly policies: readonly PolicyName[] | undefined;
  readonly seed: number | undefined;
  /** At most this many trials at once; undefined: one, and of the first experiment as many as there is room for. */
  readonly parallel?: number | undefined;
  readonly quiet: boolean;
  /** The live page in the browser. */
  readonly ui?: boolean;
  readonly dryRun: boolean;
  readonly keep: boolean;
  readonly reuse: boolean;
  /** A kind configuration's file. */
  readonly kindConfig?: string | undefined;
  /** The kubeconfig file of a cluster of the user's. */
  readonly kubeconfig?: string | undefined;
  readonly header?: readonly string[] | undefined;
  readonly headerFile?: string | undefined;
  /** Allows writing to a cluster of the user's. */
  readonly allowChanges?: boolean;
  readonly images: { readonly [part in keyof Plan['images']]: string | undefined };
  /** Is given each report once it is printed. */
  readonly onReport?: (report: Report) => void;
}

/** Everything is checked before anything is started: a problem of the last file costs no run of the first. */
export async function runFiles(given: RunArguments, io: Io): Promise<ExitCode> {
  const isFirst = given.files.length === 0;
  const args = isFirst
    ? { ...given, files: [firstExperiment], parallel: given.parallel ?? Number.POSITIVE_INFINITY }
    : given;
  reportersFor(args.reporter);
  const options = planOptions(given, io);
  checkFiles(args.files);
  const kindConfig = await kindConfigFile(args.kindConfig);
  const plans: Plan[] = [];
  const refusals: ExitCode[] = [];
  for (const file of args.files) {
    try {
      plans.push(withNotice(await planOf(file, options, args, io), kindConfig));
    } catch (error) {
      if (!(error instanceof MidflightError)) throw error;
      const { text, exitCode } = failureOf(error);
      io.stderr.write(text);
      refusals.push(exitCode);
    }
  }
  if (refusals.length > 0) return worstOf(refusals);
  if (args.dryRun) return dryRun(plans, args, io);
  const exitCode = await runPlans(plans, args, io);
  if (isFirst && !args.quiet && !args.json) io.stderr.write(nextSteps);
  return exitCode;
}

/** A cluster of the user's is read first: what is there is part of the plan. */
async function planOf(
  file: string,
  options: PlanOptions,
  { cluster: word, kubeconfig }: RunArguments,
  io: Io,
): Promise<Plan> {
  const loaded = await openScenario(file, io);
  const { cluster, context } = chosenCluster(word);
  if (context === null) return makePlan(loaded, options);
  const { planOnOwnCluster } = await import('./own-cluster.ts');
  return planOnOwnCluster(loaded, options, { cluster, context, kubeconfig }, io);
}

/** What requests carry to the URL of a cluster of the user's; no plan contains it. Throws `bad-usage` for what is no header. */
async function requestHeaders(
  { header = [], headerFile }: RunArguments,
  { env }: Io,
): Promise<Record<string, string>> {
  if (header.length === 0 && headerFile === undefined) return {};
  const { headersOf } = await import('./watch-target.ts');
  return headersOf({ headers: header, headerFile, env });
}

/** Throws unless all that these plans change is allowed, by the command line and by the cluster. */
async function mayChange(plans: readonly Plan[], args: RunArguments, io: Io): Promise<void> {
  const own = plans.filter(({ ownCluster }) => ownCluster !== undefined);
  if (own.length === 0) return;
  const { refuseUnallowed } = await import('./allow-changes.ts');
  await refuseUnallowed(own, args, io.env);
}

async function dryRun(plans: readonly Plan[], { json }: RunArguments, { stdout }: Io): Promise<ExitCode> {
  const [{ describePlan }, { plannedTargets }] = await Promise.all([
    import('./describe-plan.ts'),
    import('../plan/target.ts'),
  ]);
  if (json) {
    const described = plans.map((plan) => ({
      ...plan,
      targets: plannedTargets(plan).map((nodes) => nodes.join(', ')),
    }));
    stdout.write(
      `${visibleJson(JSON.stringify(described.length === 1 ? described[0] : described, null, 2))}\n`,
    );
  } else {
    // What reads a pipe looks for lines, whatever their length.
    const columns = stdout.isTTY === true ? columnsOf(stdout) : Number.POSITIVE_INFINITY;
    stdout.write(plans.map((plan) => describePlan(plan, columns)).join('\n'));
  }
  return exitCodes.pass;
}

async function runPlans(plans: readonly Plan[], args: RunArguments, io: Io): Promise<ExitCode> {
  const reporters = reportersFor(args.reporter);
  const against = baselineOf(args, plans.length);
  const [{ onSignals }, { jsonReport }] = await Promise.all([
    import('./signals.ts'),
    import('../reports/json.ts'),
  ]);
  const { stdout, stderr } = io;
  const interruption = onSignals(process, (exitCode) => {
    if (stderr.isTTY) stderr.write(showCursor);
    process.exit(exitCode);
  });
  const results: RunResult[] = [];
  const changes: ExitCode[] = [];
  try {
    for await (const result of runEach(plans, args, io, interruption.signal, against.report)) {
      results.push(result);
      if (!args.json) await printTerminal(result, reporters, io);
      args.onReport?.(result.report);
      changes.push(against.settle(result.report, io));
    }
  } finally {
    interruption.dispose();
    const json = results.map(({ report }) => jsonReport(report).trimEnd());
    if (args.json && json.length > 0) stdout.write(`${jsonOf(json, plans.length)}\n`);
    await printGithub(results, reporters, args, io);
  }
  return worstOf([...results.map(({ exitCode }) => exitCode), ...changes]);
}

/** One experiment that has ended. */
interface RunResult extends Printed {
  readonly exitCode: ExitCode;
}

/** Every file's report, written and not printed. Throws what is wrong with the first file that cannot be run. */
export async function reportsOf(args: RunArguments, io: Io, signal: AbortSignal): Promise<RunResult[]> {
  const options = planOptions(args, io);
  const kindConfig = await kindConfigFile(args.kindConfig);
  const plans: Plan[] = [];
  for (const file of args.files) plans.push(withNotice(await planOf(file, options, args, io), kindConfig));
  const results: RunResult[] = [];
  for await (const result of runEach(plans, args, io, signal)) results.push(result);
  return results;
}

/** Runs one after the other, until `signal` is aborted; writes their reports. */
async function* runEach(
  plans: readonly Plan[],
  args: RunArguments,
  io: Io,
  signal: AbortSignal,
  baseline?: Report,
): AsyncGenerator<RunResult> {
  const reporters = reportersFor(args.reporter);
  const [
    { execute },
    { providerFor, requireClusters },
    { mostAtOnce, runExperiment, runIdOf },
    { journalPlace },
    { settleLeftovers },
  ] = await Promise.all([
    import('./execute.ts'),
    import('./provider-for.ts'),
    import('../run/index.ts'),
    import('../providers/journals.ts'),
    import('../providers/settle.ts'),
  ]);
  const { missingEngines } = await import('./requirements.ts');
  const [missing] = plans.flatMap((plan) => missingEngines(plan, io.env));
  if (missing !== undefined) throw missing;
  await requireClusters(plans);
  const headers = await requestHeaders(args, io);
  await mayChange(plans, args, io);
  const kindConfig = await kindConfigFile(args.kindConfig);
  const dirs = takeOutDirs(
    plans.map(({ experiment }) => experiment),
    { out: args.out, now: new Date(), force: args.force },
  );
  const { stderr } = io;
  try {
    for (const [index, plan] of plans.entries()) {
      const folder = dirs.folders[index] ?? '.';
      const { keep, reuse, kubeconfig } = args;
      const providing = {
        ...{ keep, reuse, kubeconfig, headers, env: io.env },
        kindConfig: kindConfig?.text ?? null,
      };
      const provider = await providerFor(plan, providing);
      // Said before the run too: who reads it then need not wait for figures that cannot be right.
      if (!args.quiet) for (const text of plan.notices) writeNote(stderr, text);
      await settleLeftovers(plan, provider, (text) => stderr.write(`midflight: ${text}\n`));
      dirs.clear(folder);
      const { report, exitCode } = await execute({
        plan,
        start: (hooks) => {
          const journal = journalPlace(runIdOf(plan));
          const most = Math.min(args.parallel ?? 1, mostAtOnce(plan));
          const apart = {
            most,
            bench: async (name: string) => ({
              provider: await providerFor(plan, providing),
              journal: journalPlace(`${journal.runId}-${name}`),
            }),
          };
          return runExperiment({ plan, provider, journal, ...(most > 1 ? { apart } : {}), ...hooks });
        },
        folder,
        signal,
        quiet: args.quiet,
        ui: args.ui ?? false,
        io,
        reporters,
        baseline,
      });
      yield { report, exitCode, folder, file: plan.file };
      if (signal.aborted) break;
    }
  } finally {
    dirs.release();
  }
}

/** DECTCEM: a live view may have hidden the cursor. */
const showCursor = '\u001b[?25h';

/** One file gives its report, several give a list of theirs. */
const jsonOf = (reports: readonly string[], files: number) =>
  files === 1 ? reports.join('') : `[\n${reports.join(',\n')}\n]`;

function planOptions(args: RunArguments, { env }: Io): PlanOptions {
  wholeOption('repeats', args.repeats, 1, mostRepeats);
  wholeOption('seed', args.seed, 0);
  wholeOption('parallel', args.parallel, 1);
  const { cluster } = chosenCluster(args.cluster);
  const wrong = clusterOptions.find((one) => args[one] && !clusters[cluster].options.includes(one));
  if (wrong !== undefined) {
    const able = clusterNames.filter((name) => clusters[name].options.includes(wrong));
    throw new MidflightError('bad-usage', `--${flagOf(wrong)} is for a ${able.join(' or ')} cluster`, {
      hint: `add --cluster ${able[0]}${clusters[able[0] ?? cluster].made ? '' : ':NAME'}`,
    });
  }
  return {
    cluster,
    images: requestedImages(args.images, env),
    ...(args.repeats === undefined ? {} : { repeats: args.repeats }),
    ...(args.seed === undefined ? {} : { seed: args.seed }),
    ...(args.policies === undefined ? {} : { policies: [...new Set(args.policies)] }),
  };
}

/** `kindConfig`: `kind-config`. */
const flagOf = (option: ClusterOption) => option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
