import type { Cell } from './cell.ts';
import { body, chunks, closed, head, inChunks, kept, length, of, pause } from './framing.ts';
import { chunked, chunkedHead, closeHead, hang, lastChunk, line, rst, send, wait } from './steps.ts';

/** Transfer-Encoding and chunks (RFC 9112, sections 6.1 and 7.1). */
export const chunkCells: readonly Cell[] = [
  // Transfer-Encoding.
  kept('gzip-chunked', 'two codings', 'completed', head('transfer-encoding: gzip, chunked') + inChunks),
  kept(
    'gzip-chunked-lines',
    'two codings in two lines',
    'completed',
    head('transfer-encoding: gzip', chunks) + inChunks,
  ),
  kept(
    'unknown-chunked',
    'a coding that nobody knows, chunked',
    'completed',
    head('transfer-encoding: x-own, Chunked') + inChunks,
  ),
  closed(
    'gzip-close',
    'a coding that does not end itself',
    'completed',
    head('transfer-encoding: gzip') + body,
  ),
  kept(
    'identity-length',
    'identity, and a length',
    'completed',
    head('transfer-encoding: identity', length) + body,
  ),
  kept(
    'chunked-and-length',
    'both: the chunks decide',
    'completed',
    head(chunks, 'content-length: 3') + inChunks,
  ),
  closed(
    'chunked-twice',
    'chunked in chunks',
    'malformed',
    head('transfer-encoding: chunked, chunked') + inChunks,
  ),
  // Chunks.
  kept(
    'chunk-extension',
    'a chunk with an extension',
    'completed',
    `${head(chunks)}${body.length.toString(16)};a=b\r\n${body}\r\n${lastChunk}`,
  ),
  kept(
    'chunk-upper-case',
    'a size in upper case, with zeros',
    'completed',
    `${head(chunks)}000${body.length.toString(16).toUpperCase()}\r\n${body}\r\n000\r\n\r\n`,
  ),
  kept('trailers', 'trailers', 'completed', `${head(chunks)}${chunked(body)}0\r\nx: y\r\nz: w\r\n\r\n`),
  closed(
    'bad-trailer',
    'a trailer without a colon',
    { app: 'completed', framing: 'malformed' },
    `${head(chunks)}${chunked(body)}0\r\nno trailer\r\n\r\n`,
  ),
  closed('chunk-too-long', 'a chunk longer than its size', 'malformed', `${head(chunks)}5\r\n${line(0)}\r\n`),
  closed('chunk-negative', 'a size below nothing', 'malformed', `${head(chunks)}-5\r\n`),
  closed('chunk-0x', 'a size with 0x', 'malformed', `${head(chunks)}0x5\r\n`),
  closed('chunk-huge', 'a size of 16 digits', 'malformed', `${head(chunks)}${'f'.repeat(16)}\r\n`),
  closed('chunk-empty-size', 'no size', 'malformed', `${head(chunks)}\r\n`),
  closed('fin-in-size', 'closed within a size', 'truncated', `${head(chunks)}${chunked(line(0))}1`),
  closed('fin-in-data', 'closed within a chunk', 'truncated', `${head(chunks)}ff\r\n${line(0)}`),
  of('rst-in-data', 'reset within a chunk', 'reset-mid-body', [
    send(`${head(chunks)}ff\r\n${line(0)}`),
    pause,
    rst,
  ]),
  closed(
    'fin-before-last-line',
    'closed before the empty line of the last chunk',
    { app: 'completed', framing: 'truncated' },
    `${head(chunks)}${chunked(body)}0\r\n`,
  ),
  of(
    'silent-before-last-chunk',
    'the last chunk never comes',
    { app: 'completed', framing: 'hung' },
    [send(`${head(chunks)}${chunked(body)}`), hang],
    'after-stall',
  ),
  of(
    'hang-in-length',
    'silent before the Content-Length is reached',
    'hung',
    [send(head(length) + line(0)), hang],
    'after-stall',
  ),
  of('hang-close', 'silent, no length', 'hung', [send(closeHead() + line(0)), hang], 'after-stall'),
  of('head-in-two', 'the head in two pieces, far apart', 'completed', [
    send('HTTP/1.1 200 OK\r\ntransf'),
    wait(120),
    send(`er-encoding: chunked\r\n\r\n${inChunks}`),
    hang,
  ]),
  of('chunked-then-rst', 'whole, and reset at once', 'completed', [
    send(chunkedHead() + inChunks),
    pause,
    rst,
  ]),
];
