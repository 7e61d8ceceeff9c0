import type { Argv } from 'yargs';
import { exitCodes } from '../src/base/errors.ts';
import type { Command } from '../src/cli/command.ts';
import { completion } from '../src/cli/completion.ts';
import { commands } from '../src/cli/program.ts';

/*
 * docs/cli.md: every command with its arguments and options, from the definitions that the command line is made of.
 */

interface Setting {
  readonly type?: string;
  readonly array?: boolean;
  readonly alias?: string | readonly string[];
  readonly choices?: readonly unknown[];
  readonly default?: unknown;
  readonly defaultDescription?: string;
  readonly demandOption?: boolean;
  readonly describe?: string;
}

interface Settings {
  readonly positionals: ReadonlyMap<string, Setting>;
  readonly options: ReadonlyMap<string, Setting>;
}

export function cliReference(): string {
  return [
    '# Command line',
    '',
    'Written from the command definitions by `npm run schemas`; `midflight COMMAND --help` prints the same. What stands',
    'behind `--` is the command that `watch` runs. [exit-codes.md](exit-codes.md) has the exit codes of each command.',
    '',
    ...commands.flatMap(sectionOf),
    `## \`midflight ${completion.usage}\``,
    '',
    `${completion.describe}.`,
    '',
    '## Options of every command',
    '',
    '| option | description |',
    '| --- | --- |',
    '| `--help` | Prints the help text of the command |',
    '| `--version` | Prints the version of midflight |',
    '',
    '## Exit codes',
    '',
    Object.entries(exitCodes)
      .map(([name, code]) => `${code} ${name}`)
      .join(' · '),
    '',
  ].join('\n');
}

function sectionOf(command: Command): string[] {
  const { positionals, options } = settingsOf(command);
  return [
    `## \`midflight ${command.usage}\``,
    '',
    `${command.describe}.`,
    '',
    ...table('argument', positionals, (name) => `\`${name}\``),
    ...table('option', options, optionName),
    '```sh',
    ...command.examples.flatMap(([line, what]) => [`# ${what}`, commandLine(line)]),
    '```',
    '',
  ];
}

const commandLine = (line: string) => (/\bmidflight\b/.test(line) ? line : `midflight ${line}`);

/** What a command declares, recorded by a stand-in for yargs that takes every call. */
function settingsOf(command: Command): Settings {
  const positionals = new Map<string, Setting>();
  const options = new Map<string, Setting>();
  const recorder = {
    positional(name: string, setting: Setting) {
      positionals.set(name, setting);
      return recorder;
    },
    option(name: string, setting: Setting) {
      options.set(name, setting);
      return recorder;
    },
  };
  command.options(recorder as unknown as Argv);
  return { positionals, options };
}

function table(
  title: string,
  settings: ReadonlyMap<string, Setting>,
  nameOf: (name: string, setting: Setting) => string,
): string[] {
  if (settings.size === 0) return [];
  const rows = [...settings].map(
    ([name, setting]) =>
      `| ${nameOf(name, setting)} | ${cell(setting.describe ?? '')} | ${valuesOf(setting)} | ${defaultOf(setting)} |`,
  );
  return [`| ${title} | description | values | default |`, '| --- | --- | --- | --- |', ...rows, ''];
}

function optionName(name: string, { alias }: Setting): string {
  const short = [alias ?? []].flat().map((letter) => `, \`-${letter}\``);
  return `\`--${name}\`${short.join('')}`;
}

function valuesOf({ type, array, choices }: Setting): string {
  const one = choices?.map((choice) => `\`${String(choice)}\``).join(', ') ?? type ?? 'string';
  return array === true ? `${one}; repeatable` : one;
}

function defaultOf({ default: value, defaultDescription, demandOption }: Setting): string {
  if (demandOption === true) return 'required';
  if (defaultDescription !== undefined) return cell(defaultDescription);
  return value === undefined || value === false ? '' : `\`${String(value)}\``;
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '\\<');
