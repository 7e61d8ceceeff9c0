import { stripVTControlCharacters } from 'node:util';
import { figureUnits } from './figures.ts';

/** Characters that a text takes on a terminal. */
export const width = (text: string): number => [...stripVTControlCharacters(text)].length;

export const pad = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - width(text)));

const gap = 2;
const noBreak = '\u00a0';
/** A figure and what it counts stay on one line. */
const figure = new RegExp(`(\\d) (?=(?:${figureUnits})(?![\\w-]))`, 'g');
const words = (text: string) => text.replaceAll(figure, `$1${noBreak}`).split(/[ \t\r\n]+/);
const spaced = (line: string) => line.replaceAll(noBreak, ' ');

/** Breaks a text at spaces into lines of at most `columns`; a longer word has a line of its own, uncut. */
export function wrap(text: string, columns: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words(text)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && width(longer) > columns) {
      lines.push(spaced(line));
      line = indent + word;
    } else line = longer;
  }
  return line === '' ? lines : [...lines, spaced(line)];
}

/**
 * Columns as wide as their widest cell, two spaces between them. If that is wider than `columns`, the widest columns
 * give way and their cells take several lines; null if even their longest words need more room.
 */
export function table(rows: readonly (readonly string[])[], columns: number): string[] | null {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widest = (measure: (cell: string) => number) =>
    Array.from({ length: count }, (_, index) => Math.max(0, ...rows.map((row) => measure(row[index] ?? ''))));
  const widths = narrowed(
    widest(width),
    widest((cell) => Math.max(0, ...words(cell).map(width))),
    columns - gap * Math.max(0, count - 1),
  );
  return widths === null ? null : rows.flatMap((row) => linesOf(row, widths));
}

/** Takes from the widest column that can still give, until all fit in `room`. Null if they cannot. */
function narrowed(widths: readonly number[], least: readonly number[], room: number): number[] | null {
  const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0);
  if (sum(least) > room) return null;
  const now = [...widths];
  while (sum(now) > room) {
    const spare = now.map((one, index) => (one > (least[index] ?? 0) ? one : 0));
    const index = spare.indexOf(Math.max(...spare));
    now[index] = (now[index] ?? 0) - 1;
  }
  return now;
}

function linesOf(row: readonly string[], widths: readonly number[]): string[] {
  const cells = widths.map((columns, index) => wrap(row[index] ?? '', columns));
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    widths
      .map((columns, index) => pad(cells[index]?.[line] ?? '', columns))
      .join(' '.repeat(gap))
      .trimEnd(),
  );
}

/** The characters after which a long word may be broken. */
const joints = /[/\\_:&?-]$/;

/**
 * Lines none of which is wider than `columns`: words that were too long are broken, after a joint of theirs if there is one
 * in the line's second half. Colours take no room and are never broken.
 */
export function folded(lines: readonly string[], columns: number): string[] {
  return lines.flatMap((line) => (width(line) <= columns ? [line] : pieces(line, columns)));
}

function pieces(line: string, columns: number): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with one
  const letters = line.match(/(?:\u001b\[[\d;]*m)*[\s\S](?:\u001b\[[\d;]*m)*/gu) ?? [];
  const parts: string[] = [];
  let from = 0;
  while (letters.length - from > columns) {
    let to = from + columns;
    while (to > from + columns / 2 && !joints.test(stripVTControlCharacters(letters[to - 1] ?? ''))) to -= 1;
    if (to <= from + columns / 2) to = from + columns;
    parts.push(letters.slice(from, to).join(''));
    from = to;
  }
  return [...parts, letters.slice(from).join('')];
}
