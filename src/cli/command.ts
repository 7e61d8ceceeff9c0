import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { ExitCode } from '../base/errors.ts';
import type { Io } from './io.ts';

/** One command, its options' types closed in. Its heavy parts are imported when it runs, so that --help is quick. */
export interface Command {
  readonly name: string;
  /** Its name and what it takes, as `run <files..>`. */
  readonly usage: string;
  readonly describe: string;
  /** Command lines without `midflight`, and what each is for. */
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** Declares its arguments and options. */
  options(cli: Argv): Argv<unknown>;
  /** Adds it to the command line; `done` gets its exit code. */
  register(cli: Argv, io: Io, done: (code: ExitCode) => void): Argv;
}

export function defineCommand<Options>(definition: {
  readonly usage: string;
  readonly describe: string;
  readonly examples: readonly (readonly [command: string, what: string])[];
  readonly options: (cli: Argv) => Argv<Options>;
  readonly run: (args: ArgumentsCamelCase<Options>, io: Io) => Promise<ExitCode>;
}): Command {
  const { usage, describe, examples, options, run } = definition;
  return {
    name: usage.split(' ')[0] ?? usage,
    usage,
    describe,
    examples,
    options,
    register: (cli, io, done) =>
      cli.command(
        usage,
        describe,
        (inner) => options(inner.example(examples.map(([command, what]) => [`$0 ${command}`, what]))),
        async (args) => done(await run(args, io)),
      ),
  };
}
