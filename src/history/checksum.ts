import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Nanoseconds } from '../base/units.ts';

/*
 * Lines are sealed in blocks: a checksum line follows at most `blockLines` others. Its hash is a running one, over every
 * byte from the header (and with it the runId) on, so that a block can neither be left out, doubled or moved, nor taken
 * from another history. Its marks only help to find which line of a bad block is damaged.
 */

/** The most lines that a checksum line seals. */
export const blockLines = 128;
/** A longer line is none of ours. Bytes. */
export const longestLine = 8 << 20;
/** Size at which a block is sealed (bytes), so that it stays below the longest block whatever its last line. */
export const blockBytes = 1 << 20;
export const longestBlock = blockBytes + longestLine;

/** How every checksum line begins, and no other line. */
export const checksumStart = '{"type":"checksum",';

/** How the header begins. */
export const headerStart = '{"type":"header",';

/** How it ends, behind the 64 hex digits of its hash: that is of everything before those, also in the line itself. */
export const checksumEnd = '"}\n';
export const shaLength = 64;

/** Seals the lines of one history, in their order. */
interface Sealer {
  /** The lines, each with its end, as they go into the file; what is not sealed yet is the next checksum's. */
  add(lines: readonly string[], bytes: Buffer): void;
  readonly unsealed: { readonly lines: number; readonly bytes: number };
  /** The checksum line for all lines so far. `t`: that of the last of them. */
  seal(t: Nanoseconds): string;
  /** Another that goes on from here. */
  copy(): Sealer;
}

export function sealer(): Sealer {
  return sealerFrom(createHash('sha256'), [], 0, 0);
}

function sealerFrom(hash: Hash, before: readonly string[], bytesBefore: number, countBefore: number): Sealer {
  let marks = [...before];
  let bytes = bytesBefore;
  let count = countBefore;
  return {
    add(lines, text) {
      for (const line of lines) marks.push(markOf(line));
      hash.update(text);
      bytes += text.length;
    },
    get unsealed() {
      return { lines: marks.length, bytes };
    },
    seal(t) {
      count += marks.length;
      const head = `${checksumStart}"t":${t},"lines":${count},"marks":"${marks.join('')}","sha":"`;
      hash.update(head);
      const tail = `${hash.copy().digest('hex')}${checksumEnd}`;
      hash.update(tail);
      marks = [];
      bytes = 0;
      count += 1;
      return head + tail;
    },
    copy: () => sealerFrom(hash.copy(), marks, bytes, count),
  };
}

/** Hex digits of one line's mark. */
export const markLength = 4;

/** Tells one line from another well enough to find it; whether a block is whole the hash decides. */
export function markOf(line: string | Buffer): string {
  return (crc32(line) & 0xffff).toString(16).padStart(markLength, '0');
}
