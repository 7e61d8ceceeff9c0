import { type ExitCode, exitCodes, MidflightError } from '../../base/errors.ts';
import { visibleLine } from '../../base/visible.ts';
import { defineCommand } from '../command.ts';
import { worstOf } from '../exit-codes.ts';
import { failureOf } from '../failure.ts';
import type { Io } from '../io.ts';

export const validate = defineCommand({
  usage: 'validate <files..>',
  describe: 'Reports every problem of scenario files, with line and column',
  examples: [
    ['validate my.yaml', 'all its problems at once'],
    ['validate experiments/*.yaml', 'several files'],
  ],
  options: (cli) =>
    cli.positional('files', { type: 'string', array: true, demandOption: true, describe: 'Scenario files' }),
  run: async ({ files }, io) => {
    const codes: ExitCode[] = [];
    for (const file of files) codes.push(await validateFile(file, io));
    return worstOf(codes);
  },
});

/** A plan is made for each provider, so that a block of one that does not fit is found as well. */
async function validateFile(file: string, { stdout, stderr, env }: Io): Promise<ExitCode> {
  const [{ loadScenario }, { makePlan }, { missingEngines }] = await Promise.all([
    import('../../scenario/load.ts'),
    import('../../plan/make.ts'),
    import('../requirements.ts'),
  ]);
  try {
    const loaded = loadScenario(file);
    const clusters = ['embedded', 'kind', 'context'] as const;
    const plans = clusters.map((cluster) => makePlan(loaded, { cluster }));
    stdout.write(`${visibleLine(file)}: ok\n`);
    // The file is right, and runs where k6 is.
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
