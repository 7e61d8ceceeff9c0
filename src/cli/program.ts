import yargs from 'yargs';
import { type ExitCode, exitCodes } from '../base/errors.ts';
import { packageVersion } from '../base/package.ts';
import { restoreDashes, shown, wordsFor } from './arguments.ts';
import { badUsage } from './bad-usage.ts';
import type { Command } from './command.ts';
import { audit } from './commands/audit.ts';
import { clean } from './commands/clean.ts';
import { cluster } from './commands/cluster.ts';
import { compare } from './commands/compare.ts';
import { connections } from './commands/connections.ts';
import { doctor } from './commands/doctor.ts';
import { drainTransit } from './commands/drain-transit.ts';
import { explain } from './commands/explain.ts';
import { fault } from './commands/fault.ts';
import { flip } from './commands/flip.ts';
import { rehearse } from './commands/rehearse.ts';
import { report } from './commands/report.ts';
import { run } from './commands/run.ts';
import { validate } from './commands/validate.ts';
import { watch } from './commands/watch.ts';
import { completion, completionShell, withShell } from './completion.ts';
import { failureOf } from './failure.ts';
import { columnsOf, type Io } from './io.ts';
import { checkValues } from './option-values.ts';

/** Every command, in the order of --help. */
export const commands: readonly Command[] = [
  run,
  watch,
  audit,
  rehearse,
  flip,
  connections,
  drainTransit,
  fault,
  validate,
  report,
  explain,
  compare,
  doctor,
  cluster,
  clean,
];

/** Runs one command line to its end and returns its exit code (docs/exit-codes.md); never throws. */
export async function program(argv: readonly string[], io: Io): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.pass;
  const done = (code: ExitCode) => {
    exitCode = code;
  };
  try {
    const { words, shell } = completionShell(wordsFor(argv));
    await withShell(shell, async () => {
      const cli = commands
        .reduce((built, command) => command.register(built, io, done), frame(words, io))
        .completion(completion.name, completion.describe);
      await cli.parseAsync();
    });
    return exitCode;
  } catch (error) {
    const failure = failureOf(error);
    io.stderr.write(shown(failure.text));
    return failure.exitCode;
  }
}

/** yargs asks for the form that fits the number; its types know of one form alone. */
const words = 'an argument is missing (%s given, at least %s needed)';
const missing = { one: words, other: words };
const tooFew = { 'Not enough non-option arguments: got %s, need at least %s': missing } as unknown as Record<
  string,
  string
>;

function frame(argv: readonly string[], io: Io) {
  const cli = yargs([...argv]);
  return cli
    .scriptName('midflight')
    .usage('$0 COMMAND\n\nKills Kubernetes nodes mid-request and counts what clients lose.')
    .parserConfiguration({
      'populate--': true,
      'boolean-negation': false,
      'strip-aliased': true,
      'dot-notation': false,
    })
    .locale('en')
    .updateStrings({
      ...tooFew,
      'Not enough arguments following: %s': '--%s needs a value',
      'Invalid values:': 'not allowed:',
      'Argument: %s, Given: %s, Choices: %s': '%s is %s; it can be %s',
    })
    .exitProcess(false)
    .strict()
    .demandCommand(1, 1, 'which command?')
    .version(packageVersion())
    .help()
    .example('$0 run', 'a first experiment, on this machine alone')
    .example('$0 run preemption switchover --cluster kind', 'on a real cluster, one after the other')
    .example('$0 validate my.yaml', 'is the file right?')
    .epilogue(
      'Exit codes: 0 pass, 1 an expectation failed, 2 unknown, 3 could not be completed, 64 bad usage, 70 a defect of midflight, 130 interrupted.',
    )
    .wrap(Math.min(110, columnsOf(io.stdout)))
    .middleware(restoreDashes)
    .check(checkValues(argv))
    .fail((message, error) => {
      // yargs gives its own complaint about the command line, as a text or as a YError, or what a command threw.
      const own = error === undefined || error === null || error.name === 'YError';
      if (!own) throw error;
      throw badUsage(message || error?.message || 'bad usage', argv, cli.parsed, [...commands, completion]);
    });
}
