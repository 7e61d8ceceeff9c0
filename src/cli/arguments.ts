import { visible } from '../base/visible.ts';
import { stdinWord } from '../scenario/source.ts';

/*
 * The words of a command line before yargs sees them. It drops a lone `-`, and after `--` it takes no file.
 */

/** Stands for `-`: no word of a command line can hold a NUL. */
const hiddenDash = '\0-';

/** `--` ends the options of every command but watch, which runs what follows. */
export function wordsFor(argv: readonly string[]): string[] {
  const command = argv.find((word) => !word.startsWith('-'));
  const end = argv.indexOf('--');
  const [before, after] = end === -1 ? [argv, []] : [argv.slice(0, end), argv.slice(end + 1)];
  const words = before.map(hidden);
  if (end === -1 || command === undefined) return words;
  if (before.includes('watch')) return [...words, '--', ...after];
  return [...words, ...after.map((word) => hidden(isOption(word) ? `./${word}` : word))];
}

const isOption = (word: string) => word.startsWith('-') && word !== stdinWord;
const hidden = (word: string) => (word === stdinWord ? hiddenDash : word);

/** The text with every `-` as it was written. */
export const shown = (text: string): string =>
  text.replaceAll(hiddenDash, stdinWord).replaceAll(visible(hiddenDash), stdinWord);

/** A yargs middleware: the values as they were written. */
export function restoreDashes(args: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(args)) {
    if (typeof value === 'string') args[name] = shown(value);
    if (Array.isArray(value)) args[name] = value.map((one) => (typeof one === 'string' ? shown(one) : one));
  }
}
