import { stripVTControlCharacters } from 'node:util';

/** Characters that a text takes on a terminal. */
export const width = (text: string): number => [...stripVTControlCharacters(text)].length;

export const pad = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - width(text)));

/** Breaks a text at spaces into lines of at most `columns`; a longer word stands alone. */
export function wrap(text: string, columns: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && width(longer) > columns) {
      lines.push(line);
      line = indent + word;
    } else line = longer;
  }
  return line === '' ? lines : [...lines, line];
}

/** Columns as wide as their widest cell, two spaces between them. Null where that is wider than `columns`. */
export function table(rows: readonly (readonly string[])[], columns: number): string[] | null {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, index) =>
    Math.max(0, ...rows.map((row) => width(row[index] ?? ''))),
  );
  const total = widths.reduce((sum, one) => sum + one, 0) + 2 * Math.max(0, count - 1);
  if (total > columns) return null;
  return rows.map((row) =>
    row
      .map((cell, index) => pad(cell, widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
