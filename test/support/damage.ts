/*
 * Ways in which a file of lines is damaged: by a person with an editor, by a disk, by a copy that was cut off, by two
 * programs that wrote into one.
 */
export interface Damage {
  readonly name: string;
  damage(text: Buffer, by: DamageBy): Buffer;
}

interface DamageBy {
  /** [0, 1) */
  random(): number;
  /** Another file of the kind. */
  readonly other: Buffer;
}

type Lines = Buffer[];

function linesOf(text: Buffer): Lines {
  const lines: Lines = [];
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf(10, at) + 1 || text.length;
    lines.push(text.subarray(at, end));
    at = end;
  }
  return lines;
}

const below = ({ random }: DamageBy, count: number) => Math.floor(random() * count);
const isChecksum = (line: Buffer) => line.includes('{"type":"checksum"');

const onLines =
  (change: (lines: Lines, by: DamageBy) => Lines) =>
  (text: Buffer, by: DamageBy): Buffer =>
    Buffer.concat(change(linesOf(text), by));

/** Changes one line, any but for what `which` leaves. */
const onLine = (
  change: (line: Buffer, by: DamageBy) => Lines,
  which: (line: Buffer) => boolean = () => true,
) =>
  onLines((lines, by) => {
    const all = lines.flatMap((line, at) => (which(line) ? [at] : []));
    const at = all[below(by, all.length)] ?? 0;
    return lines.toSpliced(at, 1, ...change(lines[at] ?? Buffer.alloc(0), by));
  });

function withByte(text: Buffer, at: number, change: (byte: number) => number): Buffer {
  const changed = Buffer.from(text);
  changed[at] = change(changed[at] ?? 0);
  return changed;
}

const flippedBit = (text: Buffer, by: DamageBy) =>
  withByte(text, below(by, text.length), (byte) => byte ^ (1 << below(by, 8)));

function otherDigit(text: Buffer, by: DamageBy): Buffer {
  const digits = [...text.entries()].flatMap(([at, byte]) => (byte >= 48 && byte <= 57 ? [at] : []));
  const at = digits[below(by, digits.length)];
  return at === undefined ? text : withByte(text, at, (byte) => 48 + ((byte - 48 + 1 + below(by, 9)) % 10));
}

const removed = () => [];
const doubled = (line: Buffer) => [line, line];
const random = (text: Buffer, by: DamageBy) =>
  damages[below(by, damages.length - 2)]?.damage(text, by) ?? text;

export const damages: readonly Damage[] = [
  { name: 'a line removed', damage: onLine(removed) },
  { name: 'a line doubled', damage: onLine(doubled) },
  {
    name: 'a line doubled elsewhere',
    damage: onLines((lines, by) =>
      lines.toSpliced(below(by, lines.length), 0, lines[below(by, lines.length)] ?? Buffer.alloc(0)),
    ),
  },
  {
    name: 'two lines swapped',
    damage: onLines((lines, by) => {
      const [one, two] = [below(by, lines.length), below(by, lines.length)];
      const [first, second] = [lines[one], lines[two]];
      return first === undefined || second === undefined ? lines : lines.with(one, second).with(two, first);
    }),
  },
  {
    name: 'neighbours swapped',
    damage: onLines((lines, by) => {
      const at = below(by, lines.length - 1);
      return lines.toSpliced(at, 2, ...lines.slice(at, at + 2).reverse());
    }),
  },
  { name: 'a bit flipped', damage: flippedBit },
  {
    name: 'another digit',
    damage: onLine(
      (line, by) => [otherDigit(line, by)],
      (line) => !isChecksum(line),
    ),
  },
  { name: 'cut off anywhere', damage: (text, by) => text.subarray(0, below(by, text.length)) },
  { name: 'cut off after a line', damage: onLines((lines, by) => lines.slice(0, below(by, lines.length))) },
  {
    name: 'the beginning lost',
    damage: onLines((lines, by) => lines.slice(1 + below(by, lines.length - 1))),
  },
  {
    name: 'a line of another history',
    damage: onLines((lines, by) => {
      const theirs = linesOf(by.other);
      return lines.toSpliced(
        below(by, lines.length),
        below(by, 2),
        theirs[below(by, theirs.length)] ?? Buffer.alloc(0),
      );
    }),
  },
  {
    name: 'lines of another history mixed in',
    damage: onLines((lines, by) => {
      const theirs = linesOf(by.other);
      const mixed: Lines = [];
      for (const line of lines) {
        mixed.push(line);
        const more = by.random() < 0.2 ? theirs.shift() : undefined;
        if (more !== undefined) mixed.push(more);
      }
      return mixed;
    }),
  },
  {
    name: 'the end of another history',
    damage: (text, by) =>
      Buffer.concat([
        text.subarray(0, text.indexOf(10, below(by, text.length)) + 1),
        by.other.subarray(by.other.indexOf(10, below(by, by.other.length)) + 1),
      ]),
  },
  { name: 'a checksum removed', damage: onLine(removed, isChecksum) },
  { name: 'a checksum doubled', damage: onLine(doubled, isChecksum) },
  { name: 'a checksum changed', damage: onLine((line, by) => [otherDigit(line, by)], isChecksum) },
  { name: 'all checksums removed', damage: onLines((lines) => lines.filter((line) => !isChecksum(line))) },
  {
    name: 'all checksums from somewhere on removed',
    damage: onLines((lines, by) => {
      const from = below(by, lines.length);
      return lines.filter((line, at) => at < from || !isChecksum(line));
    }),
  },
  {
    name: 'a run of lines removed',
    damage: onLines((lines, by) => lines.toSpliced(below(by, lines.length), 1 + below(by, 60))),
  },
  {
    name: 'a run of lines doubled',
    damage: onLines((lines, by) => {
      const at = below(by, lines.length);
      const run = lines.slice(at, at + 1 + below(by, 60));
      return lines.toSpliced(at, 0, ...run);
    }),
  },
  { name: 'twice in one file', damage: (text) => Buffer.concat([text, text]) },
  { name: 'an end of line lost', damage: onLine((line) => [line.subarray(0, -1)]) },
  { name: 'an empty line', damage: onLine((line) => [line, Buffer.from('\n')]) },
  {
    name: 'CR LF',
    damage: onLines((lines) =>
      lines.map((line) => Buffer.concat([line.subarray(0, -1), Buffer.from('\r\n')])),
    ),
  },
  {
    name: 'a hole of zeros',
    damage: (text, by) => {
      const at = below(by, text.length);
      return Buffer.concat([
        text.subarray(0, at),
        Buffer.alloc(Math.min(100, text.length - at)),
        text.subarray(at + 100),
      ]);
    },
  },
  { name: 'zeros behind the end', damage: (text) => Buffer.concat([text, Buffer.alloc(4096)]) },
  { name: 'a word behind the end', damage: (text) => Buffer.concat([text, Buffer.from('{"type":"end"}\n')]) },
  { name: 'two at once', damage: (text, by) => random(random(text, by), by) },
  { name: 'three at once', damage: (text, by) => random(random(random(text, by), by), by) },
];
