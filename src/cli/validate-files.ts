import { type ExitCode, exitCodes, MidflightError } from '../base/errors.ts';
import { visibleLine } from '../base/visible.ts';
import { type ClusterName, clusterNames, ownClusterNames } from '../catalogue/clusters.ts';
import { makePlan } from '../plan/make.ts';
import type { Plan } from '../plan/schema.ts';
import { mostShown, type PlacedProblem, ScenarioError } from '../scenario/error.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { stdinName, stdinWord } from '../scenario/source.ts';
import { worstOf } from './exit-codes.ts';
import { failureOf } from './failure.ts';
import type { Io } from './io.ts';
import { missingEngines } from './requirements.ts';
import { checkFiles, openScenario } from './scenario-files.ts';

/** Prints `ok` for each file on stdout, or every problem of it on stderr. */
export async function validateFiles(files: readonly string[], io: Io): Promise<ExitCode> {
  checkFiles(files);
  const codes: ExitCode[] = [];
  for (const file of files) codes.push(await validateFile(file, io));
  return worstOf(codes);
}

async function validateFile(file: string, io: Io): Promise<ExitCode> {
  const { stdout, stderr, env } = io;
  try {
    const { plans, elsewhere } = plansOf(await openScenario(file, io));
    stdout.write(`${visibleLine(file === stdinWord ? stdinName : file)}: ok\n`);
    for (const { line, col, what } of elsewhere)
      stderr.write(
        `${visibleLine(`midflight: ${file === stdinWord ? stdinName : file}:${line}:${col}: not ${what}`)}\n`,
      );
    // The file is right, and runs on a machine that has k6.
    const missing = plans.flatMap((plan) => missingEngines(plan, env)).map((error) => failureOf(error).text);
    for (const text of new Set(missing)) stderr.write(text);
    return exitCodes.pass;
  } catch (error) {
    if (!(error instanceof MidflightError)) throw error;
    const { text, exitCode } = failureOf(error);
    stderr.write(text);
    return exitCode;
  }
}

/** What becomes of a scenario on one kind of cluster. */
interface Tried {
  readonly cluster: ClusterName;
  readonly plan: Plan | null;
  readonly problems: readonly PlacedProblem[];
}

/** A plan, or all that hinders it. */
function tried(loaded: LoadedScenario, cluster: ClusterName): Tried {
  try {
    return { cluster, plan: makePlan(loaded, { cluster }), problems: [] };
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return { cluster, plan: null, problems: error.problems };
  }
}

interface Validated {
  readonly plans: readonly Plan[];
  /** Kinds of clusters that can never do what the file asks for, and that it has no block for: why not. */
  readonly elsewhere: readonly PlacedProblem[];
}

/** A plan for each provider, so that a block of one that does not fit is found as well. Throws all their problems together. */
function plansOf(loaded: LoadedScenario): Validated {
  const { nodes, providers } = loaded.scenario;
  // A scenario without nodes is for a cluster that has its own.
  const all = nodes.length === 0 ? ownClusterNames : clusterNames;
  const each = all.map((cluster) => tried(loaded, cluster));
  const cannot = ({ problems }: Tried) => problems.some(({ ofCluster }) => ofCluster === true);
  const able = each.filter((one) => !cannot(one));
  const isMeant = (one: Tried) => able.length === 0 || !cannot(one) || providers[one.cluster] !== undefined;
  const asked = each.filter(isMeant);
  const found = together(asked);
  if (found.length === 0)
    return {
      plans: asked.flatMap(({ plan }) => plan ?? []),
      elsewhere: together(each.filter((one) => !isMeant(one))).map(({ problem, on }) => onlyOn(problem, on)),
    };
  const problems = found.map(({ problem, on }) =>
    on.length === asked.length ? problem : onlyOn(problem, on),
  );
  problems.sort((a, b) => a.line - b.line || a.col - b.col);
  throw new ScenarioError(problems.slice(0, mostShown), Math.max(0, problems.length - mostShown));
}

interface Shared {
  readonly problem: PlacedProblem;
  readonly on: ClusterName[];
}

/** Each problem once, with the kinds of clusters that have it. */
function together(each: readonly Tried[]): Shared[] {
  const found = new Map<string, Shared>();
  for (const { cluster, problems } of each)
    for (const problem of problems) {
      const key = JSON.stringify(problem);
      const known = found.get(key) ?? { problem, on: [] };
      known.on.push(cluster);
      found.set(key, known);
    }
  return [...found.values()];
}

const onlyOn = (problem: PlacedProblem, on: readonly ClusterName[]): PlacedProblem => ({
  ...problem,
  what: `on ${on.join(' and ')}: ${problem.what}`,
});
