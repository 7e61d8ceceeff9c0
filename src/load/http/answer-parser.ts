import { HTTPParser } from 'http-parser-js';

/** What http-parser-js (0.5.10, pinned) keeps to itself, and we must see to be as strict as Node's own parser. */
interface Insides {
  readonly state: string;
  readonly line: string;
  readonly offset: number;
  readonly end: number;
  readonly chunk: Buffer;
  readonly isChunked: boolean;
  consumeLine(): string | undefined;
  parseHeader(line: string, headers: string[]): void;
  execute(bytes: Buffer): number | Error;
  finish(): void;
}
const Parser = HTTPParser as unknown as new (type: 'RESPONSE') => Insides;

/** What the parser finds. */
export interface AnswerEvents {
  /**
   * The final head: interim 1xx answers are passed over. `bytes`: of the head of a chunked answer that came in one piece,
   * null of any other; only lent.
   */
  head(head: Head, bytes: Buffer | null): void;
  /** Bytes of the body, freed of chunking; only lent. */
  body(bytes: Buffer): void;
  /** `more`: the server sent bytes after it. */
  whole(more: boolean): void;
}

export interface Head {
  readonly statusCode: number;
  readonly headers: readonly string[];
  readonly shouldKeepAlive: boolean;
}

const headerLine = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:/;
const chunkHead = /^[0-9a-fA-F]{1,13}[ \t]*(;.*)?$/;
const prefix = 'HTTP/1.';

/** Parses one HTTP/1.x answer from bytes in pieces of any size. */
export class AnswerParser extends Parser {
  private readonly to: AnswerEvents;
  private interim = false;
  private over = false;
  /** Nothing but the bytes that are being parsed has been read, and no interim answer of them. */
  private first = true;

  constructor(to: AnswerEvents) {
    super(HTTPParser.RESPONSE);
    this.to = to;
  }

  /** The next byte begins a chunk of the body. */
  get atChunk(): boolean {
    return this.state === 'BODY_CHUNKHEAD' && this.line === '';
  }

  /** False where the bytes are no HTTP. What follows a whole answer is no part of it. */
  parse(bytes: Buffer): boolean {
    let failed: boolean;
    try {
      failed = this.execute(bytes) instanceof Error;
    } catch {
      failed = true; // thrown by checkFraming
    }
    this.first = false;
    return this.over || (!failed && couldBeHttp(this));
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
    if (this.over) return;
    this.interim = info.statusCode < 200 && info.statusCode !== 101;
    if (this.interim) {
      this.first = false;
      return;
    }
    checkFraming(info.headers);
    this.to.head(info, this.first && this.isChunked ? this.chunk.subarray(0, this.offset) : null);
  }

  [HTTPParser.kOnBody](bytes: Buffer): void {
    if (!this.over) this.to.body(bytes);
  }

  [HTTPParser.kOnMessageComplete](): void {
    if (this.interim || this.over) return;
    this.over = true;
    this.to.whole(this.offset < this.end);
  }
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

/** A first line that does not begin as HTTP is known as such before its end, which may never come; empty ones may precede it. */
function couldBeHttp({ state, line }: Insides): boolean {
  if (state !== 'RESPONSE_LINE') return true;
  return line === '\r' || line.startsWith(prefix) || prefix.startsWith(line);
}
