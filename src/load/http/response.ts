import { HTTPParser } from 'http-parser-js';

/** Reads one HTTP/1.x answer from bytes in pieces of any size. */
export interface ResponseReader {
  push(bytes: Buffer): void;
  /** The server's FIN: the end of a body that nothing else delimits. */
  over(): void;
  /** Of the final head (interim 1xx answers are passed over); null while it is not whole. */
  readonly status: number | null;
  /** HTTP's framing says the answer is whole. */
  readonly done: boolean;
  readonly malformed: boolean;
  /** The connection may carry another request: the server keeps it, and sent nothing after the answer. */
  readonly reusable: boolean;
}

/** What http-parser-js (0.5.10, pinned) keeps to itself, and we must see to be as strict as Node's own parser. */
interface Insides {
  readonly state: string;
  readonly line: string;
  readonly offset: number;
  readonly end: number;
  consumeLine(): string | undefined;
  parseHeader(line: string, headers: string[]): void;
  execute(bytes: Buffer): number | Error;
  finish(): void;
}
const Parser = HTTPParser as unknown as new (type: 'RESPONSE') => Insides;

const headerLine = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:/;
const chunkHead = /^[0-9a-fA-F]{1,13}[ \t]*(;.*)?$/;
const prefix = 'HTTP/1.';

/** Gets the body's bytes, freed of chunking; the buffer is only lent. */
export interface BodySink {
  body(bytes: Buffer, status: number): void;
}

export function responseReader(to: BodySink): ResponseReader {
  return new Answer(to);
}

/** Parser and reader are one object: there may be ten thousand. */
class Answer extends Parser implements ResponseReader {
  status: number | null = null;
  done = false;
  malformed = false;
  private readonly to: BodySink;
  private interim = false;
  private keepAlive = false;
  private leftover = false;

  constructor(to: BodySink) {
    super(HTTPParser.RESPONSE);
    this.to = to;
  }

  get reusable(): boolean {
    return this.done && this.keepAlive && !this.leftover;
  }

  push(bytes: Buffer): void {
    if (this.done) this.leftover = true;
    if (this.done || this.malformed) return;
    const rest = this.wholeChunks(bytes);
    if (rest === null) return;
    let failed: boolean;
    try {
      failed = this.execute(rest) instanceof Error;
    } catch {
      failed = true; // thrown by checkFraming
    }
    // What follows a whole answer is no part of it, and was parsed as the next one.
    if (this.done) return;
    this.malformed = failed || !couldBeHttp(this);
  }

  /**
   * Passes on the chunks that lie whole and plain in these bytes, which is how nearly all come: the parser, which can take
   * a chunk in any pieces, costs several times as much. Returns what is left for it, null where nothing is.
   */
  private wholeChunks(bytes: Buffer): Buffer | null {
    if (this.state !== 'BODY_CHUNKHEAD' || this.line !== '' || this.status === null) return bytes;
    let from = 0;
    for (let next = wholeChunk(bytes, from); next !== null; next = wholeChunk(bytes, from)) {
      this.to.body(bytes.subarray(next.from, next.to), this.status);
      from = next.to + 2;
    }
    if (from === 0) return bytes;
    return from === bytes.length ? null : bytes.subarray(from);
  }

  over(): void {
    if (!this.done && !this.malformed && this.status !== null) this.finish();
  }

  /** http-parser-js takes a bad chunk size for the last chunk, and so a broken body for a whole one. */
  override consumeLine(): string | undefined {
    const line = super.consumeLine();
    if (line !== undefined && this.state === 'BODY_CHUNKHEAD' && !chunkHead.test(line))
      throw new Error('not a chunk size');
    return line;
  }

  /** It also passes over lines that are no headers. */
  override parseHeader(line: string, headers: string[]): void {
    if (!headerLine.test(line) && !/^[ \t]/.test(line)) throw new Error('not a header');
    super.parseHeader(line, headers);
  }

  [HTTPParser.kOnHeadersComplete](info: Head): void {
    if (this.done) return;
    this.interim = info.statusCode < 200 && info.statusCode !== 101;
    if (this.interim) return;
    checkFraming(info.headers);
    this.status = info.statusCode;
    this.keepAlive = info.shouldKeepAlive;
  }

  [HTTPParser.kOnBody](bytes: Buffer): void {
    if (this.status !== null && !this.done) this.to.body(bytes, this.status);
  }

  [HTTPParser.kOnMessageComplete](): void {
    if (this.interim || this.done) return;
    this.done = true;
    this.leftover = this.offset < this.end;
  }
}

const cr = 13;
const lf = 10;

/** Where the data lies of a chunk that begins here; null where it is not whole, is the last, or is not of the plainest form. */
function wholeChunk(bytes: Buffer, start: number): { readonly from: number; readonly to: number } | null {
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

const isLineEnd = (bytes: Buffer, at: number) => bytes[at] === cr && bytes[at + 1] === lf;

/** -1 where it is none. */
function hexDigit(byte = 0): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

interface Head {
  readonly statusCode: number;
  readonly headers: readonly string[];
  readonly shouldKeepAlive: boolean;
}

/** Framing that cannot be followed is worth an error: guessed wrong, a cut answer would pass for a whole one. */
function checkFraming(headers: readonly string[]): void {
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]?.toLowerCase();
    const value = headers[index + 1] ?? '';
    if (name === 'content-length' && !/^\d{1,15}$/.test(value)) throw new Error('not a length');
    if (name === 'transfer-encoding' && value.toLowerCase() !== 'chunked') throw new Error('unknown coding');
  }
}

/** A first line that does not begin as HTTP is known as such before its end, which may never come. */
function couldBeHttp({ state, line }: Insides): boolean {
  if (state !== 'RESPONSE_LINE') return true;
  return line.startsWith(prefix) || prefix.startsWith(line);
}
