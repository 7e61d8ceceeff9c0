import { headerStart, markLength, markOf } from './checksum.ts';
import { checksum } from './schema.ts';

/** Lines whose checksum does not fit them. */
interface DamagedBlock {
  /** The lines before the checksum, each with its end. */
  readonly body: Buffer;
  readonly seal: Buffer;
  /** Number of the first line. */
  readonly line: number;
}

export interface Damage {
  readonly line: number;
  readonly what: string;
}

const changed = 'was changed or moved since it was written';

/** The first damaged line, as far as the marks show, and what is wrong with it. */
export function damageIn({ body, seal, line }: DamagedBlock): Damage {
  const lines = linesOf(body);
  const again = secondHeader(lines, line);
  if (again !== null) return again;
  const sealLine = line + lines.length;
  const stated = statedBy(seal);
  if (stated === null) return { line: sealLine, what: `the checksum ${changed}` };
  const { marks } = stated;
  const here = lines.map(markOf);
  const missing = stated.lines - (sealLine - 1);
  const fits = (expected: string, index: number) => expected === here[index];
  const shift = here.length - marks.length;
  const first = marks.findIndex((expected, index) => !fits(expected, index));
  if (first < 0 && shift === 0) return { line, what: whenAllFit(missing) };
  // All that this checksum knows is there, and something before it: a checksum that is none any more, or lines too many.
  if (shift > 0 && marks.every((expected, index) => fits(expected, index + shift))) {
    if (missing === 0) return { line: line + shift - 1, what: `the checksum ${changed}` };
    if (missing > 0) return { line: line + shift, what: 'a checksum was removed before this line' };
    return { line, what: tooMany(shift) };
  }
  const at = line + (first < 0 ? marks.length : first);
  if (shift < 0) return { line: at, what: removed(-shift) };
  return { line: at, what: shift > 0 ? tooMany(shift) : `the line ${changed}` };
}

const some = (count: number) => (count === 1 ? 'a line was' : `${count} lines were`);
const removed = (count: number) => `${some(count)} removed before this line`;
const tooMany = (count: number) => `${some(count)} added or doubled from here on`;

/** The lines are those of their checksum, and yet they are not where they were written. */
function whenAllFit(missing: number): string {
  if (missing > 0) return removed(missing);
  if (missing < 0) return `${some(-missing)} added or doubled before this line`;
  return `the lines from here on, or their checksum, ${changed.replace('was', 'were')}`;
}

/** Two histories in one file. */
export function secondHeader(lines: readonly Buffer[], line: number): Damage | null {
  const at = lines.findIndex((text, index) => line + index > 1 && isHeader(text));
  return at < 0 ? null : { line: line + at, what: 'a second header: this is more than one history' };
}

const isHeader = (text: Buffer) => text.subarray(0, headerStart.length).toString('latin1') === headerStart;

function statedBy(seal: Buffer): { lines: number; marks: string[] } | null {
  let value: unknown;
  try {
    value = JSON.parse(seal.toString('utf8'));
  } catch {
    return null;
  }
  const found = checksum.safeParse(value);
  if (!found.success) return null;
  const { lines, marks } = found.data;
  const count = Math.ceil(marks.length / markLength);
  const each = Array.from({ length: count }, (_, index) =>
    marks.slice(index * markLength, (index + 1) * markLength),
  );
  return { lines, marks: each };
}

const newline = 0x0a;

/** Each with its end; the last may lack it. */
export function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(newline, at) + 1;
    const to = end === 0 ? bytes.length : end;
    lines.push(bytes.subarray(at, to));
    at = to;
  }
  return lines;
}
