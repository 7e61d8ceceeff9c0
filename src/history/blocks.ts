import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { errnoOf, MidflightError } from '../base/errors.ts';
import { blockLines, checksumEnd, checksumStart, longestBlock, longestLine, shaLength } from './checksum.ts';
import { type Damage, damageIn, linesOf, secondHeader } from './damage.ts';

/** Lines that are as they were written. */
export interface Block {
  /** Each with its end; the checksum line is not among them. */
  readonly bytes: Buffer;
  /** Number of the first, from 1. */
  readonly line: number;
}

const newline = 0x0a;
const needle = Buffer.from(`\n${checksumStart}`);

/**
 * The blocks of a history file in their order, each once its checksum has been found right. What follows the last checksum
 * is not given. Returns whether anything does: then the history breaks off. Throws `missing-file`, or `bad-history` with
 * file:line if a line was changed, removed, doubled or moved. `onHeader`: takes the first line before it is believed.
 */
export async function* sealedBlocks(
  file: string,
  onHeader: (line: string) => void,
): AsyncGenerator<Block[], { readonly breaksOff: boolean }> {
  const bad = ({ line, what }: Damage) =>
    new MidflightError('bad-history', what, {
      where: `${file}:${line}`,
      hint: 'take a copy as it was written',
    });
  const hash = createHash('sha256');
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  let headerSeen = false;

  const cut = (bytes: Buffer): Block[] => {
    const blocks: Block[] = [];
    for (let start = 0; ; ) {
      rest = bytes.subarray(start);
      const at = bytes.indexOf(needle, start);
      const end = at < 0 ? 0 : bytes.indexOf(newline, at + 1) + 1;
      if (end === 0) return blocks;
      const block = { bytes: bytes.subarray(start, at + 1), line };
      const seal = bytes.subarray(at + 1, end);
      if (!isSealed(hash, block.bytes, seal)) throw bad(damageIn({ body: block.bytes, seal, line }));
      blocks.push(block);
      line = statedLines(seal) + 2;
      start = end;
    }
  };

  for await (const chunk of chunksOf(file)) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!headerSeen && bytes.includes(newline)) {
      headerSeen = true;
      onHeader(bytes.toString('utf8', 0, bytes.indexOf(newline)));
    }
    const blocks = cut(bytes);
    if (rest.length > longestBlock) throw bad(unsealed(rest, line));
    if (blocks.length > 0) yield blocks;
  }
  const left = linesOf(rest);
  const again = secondHeader(left, line);
  if (again !== null) throw bad(again);
  if (left.length > blockLines + 1 || rest.toString('latin1', 0, checksumStart.length) === checksumStart)
    throw bad(unsealed(rest, line));
  if (line === 1) {
    const what =
      rest.length === 0 ? 'the history is empty' : 'the history breaks off before its first checksum';
    throw new MidflightError('bad-history', what, { where: file });
  }
  return { breaksOff: rest.length > 0 };
}

/** Takes the block and its checksum into the running hash; true if they fit. */
function isSealed(hash: Hash, body: Buffer, seal: Buffer): boolean {
  const shaAt = seal.length - checksumEnd.length - shaLength;
  if (shaAt < 0 || seal.toString('latin1', shaAt + shaLength) !== checksumEnd) return false;
  hash.update(body);
  hash.update(seal.subarray(0, shaAt));
  const sha = hash.copy().digest('hex');
  hash.update(seal.subarray(shaAt));
  return sha === seal.toString('latin1', shaAt, shaAt + shaLength);
}

/** How many lines a checksum line covers. Only for one that is right: then only our writer can have written it. */
const statedLines = (seal: Buffer) => Number(/"lines":(\d+)/.exec(seal.toString('latin1', 0, 80))?.[1]);

/** What is wrong if no checksum follows within the longest block. */
function unsealed(rest: Buffer, line: number): Damage {
  const long = linesOf(rest).findIndex((text) => text.length > longestLine);
  if (long >= 0) return { line: line + long, what: `a line of more than ${longestLine >> 20} MB` };
  return { line, what: 'the checksums of the lines from here on were removed' };
}

async function* chunksOf(file: string): AsyncGenerator<Buffer> {
  const stream: AsyncIterable<Buffer> = createReadStream(file, { highWaterMark: 1 << 18 });
  try {
    yield* stream;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EISDIR') {
      throw new MidflightError('missing-file', 'there is no history', {
        where: file,
        hint: 'name the folder of a report; it holds history.ndjson',
      });
    }
    throw error;
  }
}
