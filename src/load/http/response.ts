import { HTTPParser } from 'http-parser-js';

/** Reads one HTTP/1.x answer from bytes in pieces of any size. */
export interface ResponseReader {
  push(bytes: Buffer): void;
  /** The server's FIN: the end of a body that nothing else delimits. */
  finish(): void;
  /** Of the final head (interim 1xx answers are passed over); null while it is not whole. */
  readonly status: number | null;
  /** HTTP's framing says the answer is whole. */
  readonly done: boolean;
  readonly malformed: boolean;
  /** The connection may carry another request: the server keeps it, and sent nothing after the answer. */
  readonly reusable: boolean;
}

/** What http-parser-js (0.5.10, pinned) keeps to itself, and we must see to be as strict as Node's own parser. */
interface Internals {
  readonly state: string;
  readonly line: string;
  readonly offset: number;
  readonly end: number;
  consumeLine(): string | undefined;
}

const headerLine = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:/;
const chunkHead = /^[0-9a-fA-F]{1,13}[ \t]*(;.*)?$/;
const prefix = 'HTTP/1.';
/** http-parser-js takes a bad chunk size for the last chunk, and so a broken body for a whole one. */
const strict = {
  consumeLine(this: Internals): string | undefined {
    const line = plain.consumeLine.call(this);
    if (line !== undefined && this.state === 'BODY_CHUNKHEAD' && !chunkHead.test(line))
      throw new Error('not a chunk size');
    return line;
  },
  /** It also passes over lines that are no headers. */
  parseHeader(this: Internals, line: string, headers: string[]): void {
    if (!headerLine.test(line) && !/^[ \t]/.test(line)) throw new Error('not a header');
    parseHeader.call(this, line, headers);
  },
};
const plain = HTTPParser.prototype as unknown as Internals;
const parseHeader: (line: string, headers: string[]) => void = HTTPParser.prototype.parseHeader;

/** `onBody` gets the body's bytes, freed of chunking; the buffer is only lent. */
export function responseReader(onBody: (bytes: Buffer, status: number) => void): ResponseReader {
  const parser = new HTTPParser(HTTPParser.RESPONSE);
  const internals = parser as unknown as Internals;
  Object.assign(parser, strict);
  let status: number | null = null;
  let interim = false;
  let done = false;
  let malformed = false;
  let keepAlive = false;
  let leftover = false;

  parser[HTTPParser.kOnHeadersComplete] = (info) => {
    if (done) return;
    interim = info.statusCode < 200 && info.statusCode !== 101;
    if (interim) return;
    checkFraming(info.headers);
    status = info.statusCode;
    keepAlive = info.shouldKeepAlive;
  };
  parser[HTTPParser.kOnBody] = (bytes) => {
    if (status === null || done) return;
    onBody(bytes, status);
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    if (interim || done) return;
    done = true;
    leftover = internals.offset < internals.end;
  };
  const push = (bytes: Buffer) => {
    if (done) leftover = true;
    if (done || malformed) return;
    let failed: boolean;
    try {
      failed = parser.execute(bytes) instanceof Error;
    } catch {
      failed = true; // thrown by checkFraming
    }
    // What follows a whole answer is no part of it, and was parsed as the next one.
    if (done) return;
    malformed = failed || !couldBeHttp(internals);
  };
  return {
    push,
    finish() {
      if (!done && !malformed && status !== null) parser.finish();
    },
    get status() {
      return status;
    },
    get done() {
      return done;
    },
    get malformed() {
      return malformed;
    },
    get reusable() {
      return done && keepAlive && !leftover;
    },
  };
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
function couldBeHttp({ state, line }: Internals): boolean {
  if (state !== 'RESPONSE_LINE') return true;
  return line.startsWith(prefix) || prefix.startsWith(line);
}
