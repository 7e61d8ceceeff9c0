import { MidflightError } from '../base/errors.ts';
import { nearest } from '../scenario/nearest.ts';

/** A command line as yargs has taken it apart; `aliases` has every option that the command knows, and what it was given. */
interface TakenApart {
  readonly argv: { readonly [name: string]: unknown; readonly _: readonly (string | number)[] };
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  /** Twins in camel case that yargs has made up; of an option that nobody has defined, both are. */
  readonly newAliases: Readonly<Record<string, boolean>>;
}

interface KnownCommand {
  readonly name: string;
  readonly usage: string;
}

/**
 * What is wrong with a command line. A misspelt command or option is reported with the nearest that exists, whatever
 * yargs stumbled over first; else `complaint`, its own words.
 */
export function badUsage(
  complaint: string,
  words: readonly string[],
  parsed: TakenApart | false,
  commands: readonly KnownCommand[],
): MidflightError {
  const command = commands.find(({ name }) => words.includes(name));
  const usage = command === undefined ? 'see midflight --help' : `usage: midflight ${command.usage}`;
  const more = command === undefined ? usage : `${usage}\nsee midflight ${command.name} --help`;
  const error = (what: string, near?: string) => {
    const hint = near === undefined ? more : `did you mean ${near}?\n${more}`;
    return new MidflightError('bad-usage', what, { hint });
  };
  if (parsed === false) return error(complaint);
  const [option] = unknownOptions(parsed);
  if (option !== undefined) {
    const known = Object.keys(parsed.aliases).filter((name) => isWritten(name) && isKnown(parsed, name));
    const near = nearest(option, known);
    return error(`there is no option ${dashed(option)}`, near && dashed(near));
  }
  const rest = parsed.argv._.map(String);
  if (command === undefined) {
    const [word] = rest;
    if (word === undefined) return error(complaint);
    const names = commands.map(({ name }) => name);
    return error(`there is no command '${word}'; there are ${names.join(', ')}`, nearest(word, names));
  }
  const [extra] = rest[0] === command.name ? rest.slice(1) : rest;
  return error(extra === undefined ? complaint : `unexpected argument '${extra}'`);
}

const ours = ['_', '$0', '--'];

function unknownOptions(parsed: TakenApart): string[] {
  return Object.keys(parsed.argv).filter(
    (name) => !ours.includes(name) && isWritten(name) && !isKnown(parsed, name),
  );
}

function isKnown({ aliases, newAliases }: TakenApart, name: string): boolean {
  // An option may be named as what every object has.
  const twins = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
  return twins !== undefined && [name, ...twins].some((twin) => newAliases[twin] !== true);
}

/** Options are written with dashes; their camel-case twins are for our own code. */
const isWritten = (name: string) => !/[A-Z]/.test(name);
const dashed = (name: string) => (name.length === 1 ? `-${name}` : `--${name}`);
