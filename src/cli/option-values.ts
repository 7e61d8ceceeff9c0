import { MidflightError } from '../base/errors.ts';
import { type Milliseconds, parseDuration } from '../base/units.ts';

/** Lists by nature; yargs makes one of any other option that is given twice. */
const lists = [
  '_',
  '--',
  'files',
  'nodes',
  'policy',
  'header',
  'lane',
  'file',
  'f',
  'spot-label',
  'spotLabel',
];

/** A plain decimal number: not what else Number() reads, such as '' and 0x10. */
const decimal = /^[-+]?\d+(\.\d+)?$/;

/**
 * A yargs check of what it would let pass: an option given twice, an empty value, a number that is none, a value for an
 * option that takes none. `words`: the command line. Throws `bad-usage`.
 */
export const checkValues =
  (words: readonly string[]) =>
  (args: Readonly<Record<string, unknown>>): true => {
    for (const [name, value] of Object.entries(args)) {
      if (Array.isArray(value) && !lists.includes(name))
        throw bad(`--${name} may be given once`, 'remove one of them');
    }
    for (const [index, word] of words.entries()) {
      if (word === '--') return true;
      const [, name, inline] = /^--([a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(word) ?? [];
      if (name === undefined || !Object.hasOwn(args, name)) continue;
      const value = args[name];
      if (typeof value === 'boolean') checkSwitch(name, inline);
      else checkValue(name, value, inline ?? words[index + 1] ?? '');
    }
    return true;
  };

function checkSwitch(name: string, inline: string | undefined): void {
  if (inline === undefined || inline === 'true' || inline === 'false') return;
  throw bad(`--${name} takes no value, and '${inline}' was given`, `write --${name} alone`);
}

function checkValue(name: string, value: unknown, written: string): void {
  if (written.trim() === '')
    throw bad(
      `--${name} needs a value, and an empty one was given`,
      `write --${name} VALUE, or leave it out`,
    );
  if (typeof value === 'number' && !decimal.test(written))
    throw bad(`--${name} ${written} is not a number`, `write a plain number, as in --${name} 5`);
}

/** Throws `bad-usage` for a value that is no whole number within bounds, both included. */
export function wholeOption(
  name: string,
  value: number | undefined,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least && value <= most)) return;
  const upTo = most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `from ${least} to ${most}`;
  throw bad(
    `--${name} ${value} is not a whole number ${upTo}`,
    `write --${name} ${Math.max(least, 1)}, for example`,
  );
}

/** A duration within bounds, both included. Throws `bad-usage`. */
export function durationOption(
  name: string,
  text: string,
  { leastMs, mostHours, hint }: { leastMs: Milliseconds; mostHours: number; hint: string },
): Milliseconds {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= leastMs && ms <= mostHours * 3_600_000) return ms;
  throw bad(`--${name} ${text} is not a duration from ${leastMs} ms to ${mostHours}h`, hint);
}

const bad = (what: string, hint: string) => new MidflightError('bad-usage', what, { hint });
