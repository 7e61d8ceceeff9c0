import type { Malformation } from '../../base/malformed.ts';
import { type AnswerEvents, AnswerParser, type Head } from './answer-parser.ts';
import { behindLastChunk, isAt, wholeChunk } from './chunks.ts';
import { locationIn } from './location.ts';

/** Reads one HTTP/1.x answer from bytes in pieces of any size. */
export interface ResponseReader {
  push(bytes: Buffer): void;
  /** The server's FIN: the end of a body that nothing else delimits. */
  over(): void;
  /** The status of the final head (interim 1xx answers are passed over); null while it is not whole. */
  readonly status: number | null;
  /** The answer is whole by HTTP's framing. */
  readonly done: boolean;
  /** What is wrong with what came; null: nothing so far. */
  readonly malformed: Malformation | null;
  /** The target of a redirect, without query. */
  readonly location: string | null;
  /** The connection may carry another request: the server keeps it, and sent nothing after the answer. */
  readonly reusable: boolean;
}

/** Gets the body's bytes, freed of chunking; the buffer is only lent. */
interface BodySink {
  body(bytes: Buffer, status: number): void;
}

/** `bodiless`: the request was HEAD, whose answer has no body. */
export function responseReader(to: BodySink, bodiless = false): ResponseReader {
  return new Answer(to, bodiless);
}

/** The head of a chunked answer, as it came and as it was parsed. */
interface KnownHead {
  readonly bytes: Buffer;
  readonly status: number;
  readonly keepAlive: boolean;
}

/** The head of a chunked answer that was last parsed: within a second, those of a cohort are equal to the byte. */
let lastHead: KnownHead | null = null;

/**
 * Most answers are a head that another had too, chunks of which each comes whole, and a plain last chunk. Such bytes are
 * read where they lie; any other, from there on, by a parser, which costs several times as much.
 */
class Answer implements ResponseReader, AnswerEvents {
  status: number | null = null;
  done = false;
  malformed: Malformation | null = null;
  location: string | null = null;
  private readonly to: BodySink;
  private readonly bodiless: boolean;
  private keepAlive = false;
  private leftover = false;
  /** The head that was not parsed, as it was known. */
  private known: KnownHead | null = null;
  private parser: AnswerParser | null = null;

  constructor(to: BodySink, bodiless: boolean) {
    this.to = to;
    this.bodiless = bodiless;
  }

  get reusable(): boolean {
    return this.done && this.keepAlive && !this.leftover;
  }

  push(bytes: Buffer): void {
    if (this.done) this.leftover = true;
    if (this.done || this.malformed !== null) return;
    const rest = this.plain(bytes);
    if (rest !== null) this.malformed = this.parse(rest);
  }

  over(): void {
    if (this.done || this.malformed !== null || this.status === null) return;
    this.parser?.finish();
  }

  /** Reads what is plain at the beginning of these bytes. Returns what is left for the parser, null if nothing is. */
  private plain(bytes: Buffer): Buffer | null {
    let from = 0;
    if (this.parser === null) {
      if (this.known === null) from = this.knownHead(bytes);
      if (this.known === null) return bytes;
    } else if (!this.parser.atChunk) return bytes;
    for (let next = wholeChunk(bytes, from); next !== null; next = wholeChunk(bytes, from)) {
      this.body(bytes.subarray(next.from, next.to));
      from = next.to + 2;
    }
    const end = this.parser === null ? behindLastChunk(bytes, from) : null;
    if (end !== null) {
      this.whole(end < bytes.length);
      return null;
    }
    return from === bytes.length ? null : bytes.subarray(from);
  }

  /** The length of the head, if these bytes begin with one that is known. */
  private knownHead(bytes: Buffer): number {
    if (this.bodiless || lastHead === null || !isAt(bytes, 0, lastHead.bytes)) return 0;
    this.known = lastHead;
    this.status = lastHead.status;
    this.keepAlive = lastHead.keepAlive;
    return lastHead.bytes.length;
  }

  private parse(bytes: Buffer): Malformation | null {
    if (this.parser === null) {
      this.parser = new AnswerParser(this, this.bodiless);
      if (this.known !== null) this.parser.parse(this.known.bytes);
    }
    this.parser.parse(bytes);
    return this.parser.malformed;
  }

  head({ statusCode, shouldKeepAlive, headers }: Head, bytes: Buffer | null): void {
    if (this.known !== null) return;
    if (statusCode >= 300 && statusCode < 400) this.location = locationIn(headers);
    this.status = statusCode;
    this.keepAlive = shouldKeepAlive;
    if (bytes !== null)
      lastHead = { bytes: Buffer.from(bytes), status: statusCode, keepAlive: shouldKeepAlive };
  }

  body(bytes: Buffer): void {
    if (this.status !== null) this.to.body(bytes, this.status);
  }

  whole(more: boolean): void {
    this.done = true;
    this.leftover = more;
  }
}
