import { HTTPParser } from 'http-parser-js';
import type { Malformation } from '../../base/malformed.ts';
import { type Framing, framing } from './framing.ts';

/** What http-parser-js (0.5.10, pinned) keeps to itself, and we must see to be as strict as Node's own parser. */
interface Insides {
  readonly state: string;
  readonly line: string;
  readonly offset: number;
  readonly end: number;
  readonly chunk: Buffer;
  readonly connection: string;
  maxHeaderSize: number;
  isChunked: boolean;
  body_bytes: number | null;
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
  /** All but those that frame the body, names and values in turn. */
  readonly headers: readonly string[];
  readonly shouldKeepAlive: boolean;
}

interface Info extends Head {
  readonly versionMinor: number;
}

const statusLine = /^HTTP\/1\.\d \d{3}( |$)/;
const headerLine = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:/;
const framingLine = /^(content-length|transfer-encoding):[ \t]*(.*?)[ \t]*$/i;
const chunkHead = /^[0-9a-fA-F]{1,13}[ \t]*(;.*)?$/;
const prefix = 'HTTP/1.';
/** The first byte of a TLS record: an alert, or a handshake (RFC 8446, section 5.1). */
const isTls = (line: string) => ['\x15', '\x16'].includes(line.charAt(0));
/**
 * The limit for all heads of one answer, interim ones and line ends included, and for its trailers. Chrome takes 256 KiB
 * (net/http/http_stream_parser.cc, kMaxHeaderBufSize), curl 300 KB; counted here, whatever the pieces in which it comes.
 */
export const headLimit = 256 * 1024;

/** Parses one HTTP/1.x answer from bytes in pieces of any size. */
export class AnswerParser extends Parser {
  /** What is wrong with it; null: nothing so far. */
  malformed: Malformation | null = null;
  private readonly to: AnswerEvents;
  /** The request was HEAD: its answer has no body, whatever its head says. */
  private readonly bodiless: boolean;
  private interim = false;
  private over = false;
  /** Nothing but the bytes that are being parsed has been read, and no interim answer of them. */
  private first = true;
  private headBytes = 0;
  private trailerBytes = 0;
  /** Values of the headers that frame the body, lower case. */
  private lengths: string[] = [];
  private codings: string[] = [];
  private afterFraming = false;

  constructor(to: AnswerEvents, bodiless: boolean) {
    super(HTTPParser.RESPONSE);
    this.maxHeaderSize = Number.POSITIVE_INFINITY; // counts whole pieces: see headLimit
    this.to = to;
    this.bodiless = bodiless;
  }

  /** The next byte begins a chunk of the body. */
  get atChunk(): boolean {
    return this.state === 'BODY_CHUNKHEAD' && this.line === '';
  }

  /** False if the bytes are no HTTP, see `malformed`. What follows a whole answer is no part of it. */
  parse(bytes: Buffer): boolean {
    let failed: boolean;
    const before = this.state;
    try {
      failed = this.execute(bytes) instanceof Error;
    } catch {
      failed = true; // thrown by fail() within one of our own methods
    }
    this.first = false;
    if (this.over) {
      this.malformed = null; // what follows a whole answer may be anything
      return true;
    }
    if (failed) this.malformed ??= ofState[this.state] ?? ofState[before] ?? 'not-http';
    else this.malformed ??= this.unfinished();
    return this.malformed === null;
  }

  /** What is wrong with the line that has begun, before its end, which may never come. */
  private unfinished(): Malformation | null {
    const { state, line } = this;
    // A CR may belong to the line's end.
    if (state === 'RESPONSE_LINE' && !couldBeHttp(line.replace(/\r$/, '')))
      return isTls(line) ? 'tls-record' : 'not-http';
    if (this.inHead && this.headBytes + line.length > headLimit) return 'header-limit';
    if (state === 'BODY_CHUNKTRAILERS' && this.trailerBytes + line.length > headLimit) return 'trailer';
    if (state === 'BODY_CHUNKHEAD' && line.length > headLimit) return 'chunk-size';
    return null;
  }

  private get inHead(): boolean {
    return this.state === 'RESPONSE_LINE' || this.state === 'HEADER';
  }

  private fail(reason: Malformation): never {
    this.malformed = reason;
    throw new Error(reason);
  }

  override consumeLine(): string | undefined {
    const from = this.offset;
    const carried = this.line.length;
    const line = super.consumeLine();
    if (line === undefined) return line;
    const bytes = carried + this.offset - from;
    if (this.inHead) {
      this.headBytes += bytes;
      if (this.headBytes > headLimit) this.fail('header-limit');
      if (this.state === 'RESPONSE_LINE' && line !== '') this.checkStatusLine(line);
    } else if (this.state === 'BODY_CHUNKTRAILERS') {
      this.trailerBytes += bytes;
      if (this.trailerBytes > headLimit) this.fail('trailer');
    }
    // http-parser-js takes a bad chunk size for the last chunk, and so a broken body for a whole one.
    else if (this.state === 'BODY_CHUNKHEAD' && !chunkHead.test(line)) this.fail('chunk-size');
    return line;
  }

  /** It takes `1000` for 100. */
  private checkStatusLine(line: string): void {
    if (!couldBeHttp(line)) this.fail(isTls(line) ? 'tls-record' : 'not-http');
    if (!statusLine.test(line)) this.fail('status-line');
  }

  /** It also passes over lines that are no headers, and reads those that frame the body less strictly than we must. */
  override parseHeader(line: string, headers: string[]): void {
    const inTrailer = this.state === 'BODY_CHUNKTRAILERS';
    const folded = /^[ \t]/.test(line);
    if (line.includes('\r') || (folded ? headers.length === 0 && !this.afterFraming : !headerLine.test(line)))
      this.fail(inTrailer ? 'trailer' : 'header-line');
    const [, name, value = ''] = inTrailer ? [] : (framingLine.exec(line) ?? []);
    // A folded line would belong to the header before it, which http-parser-js has not seen.
    if (folded && this.afterFraming) this.fail('header-line');
    this.afterFraming = name !== undefined;
    if (name === undefined) {
      super.parseHeader(line, headers);
      return;
    }
    const values = name.toLowerCase() === 'content-length' ? this.lengths : this.codings;
    values.push(value.toLowerCase());
  }

  /** Returns 1 if no body follows. */
  [HTTPParser.kOnHeadersComplete](info: Info): number {
    if (this.over) return 1;
    const { statusCode } = info;
    if (statusCode < 100) this.fail('status-line');
    // Its headers about a body do not count: 1xx, 204 and 304 end at the empty line (RFC 9112, section 6.3).
    this.interim = statusCode < 200 && statusCode !== 101;
    const empty = statusCode < 200 || statusCode === 204 || statusCode === 304 || this.bodiless;
    const frame = empty ? ({ kind: 'none' } as const) : framing(this.lengths, this.codings);
    this.lengths = [];
    this.codings = [];
    if (this.interim) {
      this.first = false;
      return 1;
    }
    if (frame.kind === 'malformed') this.fail(frame.reason);
    const bytes = this.first && frame.kind === 'chunked' ? this.chunk.subarray(0, this.offset) : null;
    this.frameBy(frame);
    this.to.head({ statusCode, headers: info.headers, shouldKeepAlive: this.keepsAlive(info, frame) }, bytes);
    return empty ? 1 : 0;
  }

  private frameBy(frame: Framing): void {
    this.isChunked = frame.kind === 'chunked';
    this.body_bytes = frame.kind === 'length' ? frame.bytes : null;
  }

  private keepsAlive({ versionMinor, statusCode }: Info, { kind }: Framing): boolean {
    if (kind === 'close' || statusCode === 101) return false;
    return versionMinor > 0 ? !this.connection.includes('close') : this.connection.includes('keep-alive');
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

/** What is wrong when http-parser-js itself gives up. */
const ofState: Readonly<Record<string, Malformation>> = {
  RESPONSE_LINE: 'status-line',
  HEADER: 'header-line',
  BODY_CHUNKHEAD: 'chunk-size',
  BODY_CHUNKEMPTYLINE: 'chunk-end',
  BODY_CHUNKTRAILERS: 'trailer',
};

/** A first line that does not begin as HTTP is known as such before its end; empty ones may precede it. */
function couldBeHttp(line: string): boolean {
  return line.startsWith(prefix) || prefix.startsWith(line);
}
