const cr = 13;
const lf = 10;
/** Of HTTP's chunked coding, without trailers. */
const lastChunk = Buffer.from('0\r\n\r\n');

/** The place of the data of a chunk that begins at `start`; null if it is not whole, is the last, or not of the plainest form. */
export function wholeChunk(
  bytes: Buffer,
  start: number,
): { readonly from: number; readonly to: number } | null {
  let at = start;
  let size = 0;
  for (let digit = hexDigit(bytes[at]); digit >= 0 && at - start < 7; digit = hexDigit(bytes[at])) {
    size = size * 16 + digit;
    at += 1;
  }
  const from = at + 2;
  const to = from + size;
  const plain = size > 0 && isLineEnd(bytes, at) && to + 2 <= bytes.length && isLineEnd(bytes, to);
  return plain ? { from, to } : null;
}

/** The offset behind the last chunk, if it lies whole and plain at `start`; null if it does not. */
export function behindLastChunk(bytes: Buffer, start: number): number | null {
  return isAt(bytes, start, lastChunk) ? start + lastChunk.length : null;
}

/** The bytes at `start` are these. */
export const isAt = (bytes: Buffer, start: number, wanted: Buffer): boolean =>
  bytes.length - start >= wanted.length &&
  bytes.compare(wanted, 0, wanted.length, start, start + wanted.length) === 0;

const isLineEnd = (bytes: Buffer, at: number) => bytes[at] === cr && bytes[at + 1] === lf;

/** A hex digit's value; -1 if it is none. */
function hexDigit(byte = 0): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
