import yargs from 'yargs';
import { type ExitCode, exitCodes, MidflightError } from '../base/errors.ts';
import { packageVersion } from '../base/package.ts';
import { badUsage } from './bad-usage.ts';
import type { Command } from './command.ts';
import { clean } from './commands/clean.ts';
import { cluster } from './commands/cluster.ts';
import { doctor } from './commands/doctor.ts';
import { report } from './commands/report.ts';
import { run } from './commands/run.ts';
import { validate } from './commands/validate.ts';
import { watch } from './commands/watch.ts';
import { failureOf } from './failure.ts';
import { columnsOf, type Io } from './io.ts';

/** Every command, in the order of --help. */
const commands: readonly Command[] = [run, watch, validate, report, doctor, cluster, clean];

/** Runs one command line to its end and returns its exit code (docs/exit-codes.md); never throws. */
export async function program(argv: readonly string[], io: Io): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.pass;
  const done = (code: ExitCode) => {
    exitCode = code;
  };
  const cli = commands
    .reduce((built, command) => command.register(built, io, done), frame(argv, io))
    .completion(completion.name, completion.describe);
  try {
    await cli.parseAsync();
    return exitCode;
  } catch (error) {
    const failure = failureOf(error);
    io.stderr.write(failure.text);
    return failure.exitCode;
  }
}

const completion = {
  name: 'completion',
  usage: 'completion',
  describe: 'Prints a script for bash or zsh that completes commands, options and their words',
};

function frame(argv: readonly string[], io: Io) {
  const cli = yargs([...argv]);
  return cli
    .scriptName('midflight')
    .usage('$0 COMMAND\n\nKills Kubernetes nodes mid-request and counts what clients lose.')
    .parserConfiguration({ 'populate--': true, 'boolean-negation': false, 'strip-aliased': true })
    .locale('en')
    .updateStrings({
      'Not enough arguments following: %s': '--%s needs a value',
      'Invalid values:': 'not allowed:',
      'Argument: %s, Given: %s, Choices: %s': '%s is %s; it can be %s',
    })
    .exitProcess(false)
    .strict()
    .demandCommand(1, 1, 'which command?')
    .version(packageVersion())
    .help()
    .example('$0 run experiments/preemption.yaml', 'on this machine alone')
    .example('$0 run experiments/*.yaml --cluster kind', 'on a real cluster, one after the other')
    .example('$0 validate my.yaml', 'is the file right?')
    .epilogue(
      'Exit codes: 0 pass, 1 an expectation failed, 2 unknown, 3 could not be completed, 64 bad usage, 70 a defect of midflight, 130 interrupted.',
    )
    .wrap(Math.min(110, columnsOf(io.stdout)))
    .check(givenOnce)
    .fail((message, error) => {
      // yargs gives its own complaint about the command line, as a text or as a YError, or what a command threw.
      const own = error === undefined || error === null || error.name === 'YError';
      if (!own) throw error;
      throw badUsage(message || error?.message || 'bad usage', argv, cli.parsed, [...commands, completion]);
    });
}

const lists = ['_', '--', 'files', 'policy', 'header', 'lane'];

/** yargs would make a list of an option that is given twice. */
function givenOnce(args: Readonly<Record<string, unknown>>): true {
  for (const [name, value] of Object.entries(args)) {
    if (Array.isArray(value) && !lists.includes(name)) {
      throw new MidflightError('bad-usage', `--${name} may be given once`);
    }
  }
  return true;
}
