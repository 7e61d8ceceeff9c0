import { type ExitCode, exitCodes, MidflightError } from '../base/errors.ts';
import { visibleLine } from '../base/visible.ts';
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

/** Says `ok` of each file on stdout, or every problem of it on stderr. */
export async function validateFiles(files: readonly string[], io: Io): Promise<ExitCode> {
  checkFiles(files);
  const codes: ExitCode[] = [];
  for (const file of files) codes.push(await validateFile(file, io));
  return worstOf(codes);
}

async function validateFile(file: string, io: Io): Promise<ExitCode> {
  const { stdout, stderr, env } = io;
  try {
    const plans = plansOf(await openScenario(file, io));
    stdout.write(`${visibleLine(file === stdinWord ? stdinName : file)}: ok\n`);
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

const clusters = ['embedded', 'kind', 'context'] as const;

/** A plan for each provider, so that a block of one that does not fit is found as well. Throws all their problems together. */
function plansOf(loaded: LoadedScenario): Plan[] {
  const plans: Plan[] = [];
  const found = new Map<string, { problem: PlacedProblem; on: string[] }>();
  for (const cluster of clusters) {
    try {
      plans.push(makePlan(loaded, { cluster }));
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      for (const problem of error.problems) {
        const key = JSON.stringify(problem);
        const known = found.get(key) ?? { problem, on: [] };
        known.on.push(cluster);
        found.set(key, known);
      }
    }
  }
  if (found.size === 0) return plans;
  const problems = [...found.values()].map(({ problem, on }) =>
    on.length === clusters.length ? problem : { ...problem, what: `on ${on.join(' and ')}: ${problem.what}` },
  );
  problems.sort((a, b) => a.line - b.line || a.col - b.col);
  throw new ScenarioError(problems.slice(0, mostShown), Math.max(0, problems.length - mostShown));
}
