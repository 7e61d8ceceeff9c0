import type { Cell } from './cell.ts';
import { chunkCells } from './chunk-cells.ts';
import {
  body,
  chunks,
  closed,
  head,
  headOf,
  inChunks,
  kept,
  length,
  noMarker,
  of,
  pause,
} from './framing.ts';
import { chunked, fin, hang, lastChunk, rst, send, trickle } from './steps.ts';

/*
 * Heads and framings of HTTP/1.1 that RFC 9110 and RFC 9112 allow, or do not. They are for our own clients: what other
 * engines say of the main cases is in cells.ts.
 */

export const framingCells: readonly Cell[] = [
  // No body, whatever the headers say (RFC 9112, section 6.3).
  kept('204', '204', 'http-error', 'HTTP/1.1 204 No Content\r\n\r\n'),
  kept(
    '204-length',
    '204 with a Content-Length',
    'http-error',
    'HTTP/1.1 204 No Content\r\ncontent-length: 9\r\n\r\n',
  ),
  kept('204-chunked', '204, chunked', 'http-error', `HTTP/1.1 204 No Content\r\n${chunks}\r\n\r\n`),
  kept('304', '304', 'http-error', 'HTTP/1.1 304 Not Modified\r\n\r\n'),
  kept(
    '304-length',
    '304 with the length of what it stands for',
    'http-error',
    'HTTP/1.1 304 Not Modified\r\ncontent-length: 900\r\n\r\n',
  ),
  kept('304-chunked', '304, chunked', 'http-error', `HTTP/1.1 304 Not Modified\r\n${chunks}\r\n\r\n`),
  kept(
    '101',
    'another protocol',
    'http-error',
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
  ),
  kept(
    'interim-length',
    '102 with a Content-Length comes first',
    'completed',
    `HTTP/1.1 102 Processing\r\ncontent-length: 9\r\n\r\n${head(length)}${body}`,
  ),
  kept(
    'interim-chunked',
    '103, chunked, comes first',
    'completed',
    `HTTP/1.1 103 Early Hints\r\n${chunks}\r\n\r\n${head(length)}${body}`,
  ),
  kept(
    'interim-many',
    'fifty 102 come first',
    'completed',
    `${'HTTP/1.1 102 Processing\r\n\r\n'.repeat(50)}${head(chunks)}${inChunks}`,
  ),
  of(
    'interim-then-silence',
    '103, and nothing after it',
    'hung',
    [send('HTTP/1.1 103 Early Hints\r\n\r\n'), hang],
    'after-stall',
  ),
  of('interim-then-rst', '103, and a reset', 'reset-before-response', [
    send('HTTP/1.1 103 Early Hints\r\n\r\n'),
    pause,
    rst,
  ]),
  // Other statuses.
  kept(
    '302',
    'a redirect',
    'http-error',
    'HTTP/1.1 302 Found\r\nlocation: /login?next=x\r\ncontent-length: 0\r\n\r\n',
  ),
  kept(
    '401',
    'no access without a login',
    'http-error',
    'HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\nno',
  ),
  kept(
    '404-chunked',
    'a chunked 404',
    'http-error',
    `HTTP/1.1 404 Not Found\r\n${chunks}\r\n\r\n${chunked('no')}${lastChunk}`,
  ),
  closed('500-close', 'a 500 that ends with the connection', 'http-error', 'HTTP/1.1 500 Oops\r\n\r\nno'),
  kept('299', 'another 2xx', 'http-error', 'HTTP/1.1 299 Odd\r\ncontent-length: 0\r\n\r\n'),
  closed('099', 'no status of HTTP', 'malformed', 'HTTP/1.1 099 Odd\r\n\r\n'),
  closed('1000', 'a status of four digits', 'malformed', 'HTTP/1.1 1000 Odd\r\n\r\n'),
  kept(
    'no-reason',
    'a status line without a reason',
    'completed',
    `HTTP/1.1 200\r\n${length}\r\n\r\n${body}`,
  ),
  closed('http-1.0', 'HTTP/1.0', 'completed', `HTTP/1.0 200 OK\r\n\r\n${body}`),
  kept(
    'empty-lines-first',
    'empty lines before the status line',
    'completed',
    `\r\n\r\n${head(length)}${body}`,
  ),
  closed('lower-case-http', 'http/1.1', 'malformed', 'http/1.1 200 OK\r\n\r\n'),
  closed('http-2.0', 'HTTP/2.0 in words', 'malformed', 'HTTP/2.0 200 OK\r\n\r\n'),
  closed('html', 'a page without a head', 'malformed', '<html></html>\n'),
  closed('tls-alert', 'an alert of TLS', 'malformed', '\x15\x03\x01\x00\x02\x02\x50'),
  closed('binary', 'any bytes', 'malformed', '\x00\x01\x02\xff\xfe\r\n\r\n'),
  // The size of the head.
  kept('head-120k', 'a head of 120 kB', 'completed', headOf(120_000) + inChunks),
  of('head-120k-pieces', 'a head of 120 kB in pieces', 'completed', [
    trickle(headOf(120_000) + inChunks, 9000, 3),
    hang,
  ]),
  kept('head-at-limit', 'a head of 256 KiB', 'completed', headOf(262_144) + inChunks),
  closed('head-beyond-limit', 'one byte more', 'malformed', headOf(262_145) + inChunks),
  of('head-beyond-limit-pieces', 'one byte more, in pieces', 'malformed', [
    trickle(headOf(262_145) + inChunks, 20_000, 3),
    fin,
  ]),
  kept(
    'line-without-end',
    'a header line that never ends',
    'malformed',
    `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(262_144)}`,
  ),
  kept(
    '3000-headers',
    '3000 headers',
    'completed',
    head(...Array.from({ length: 3000 }, (_, index) => `x-${index}: y`), length) + body,
  ),
  // Headers.
  closed('no-name', 'a header without a name', 'malformed', head(': x', length) + body),
  closed('space-before-colon', 'a space before the colon', 'malformed', head('content-length : 9') + body),
  kept('folded', 'a header on two lines', 'completed', head('x: a', ' b', length) + body),
  closed('folded-first', 'a second line of no header', 'malformed', head(' b', length) + body),
  closed('folded-length', 'a Content-Length on two lines', 'malformed', head(`${length}`, ' 7') + body),
  closed('bare-cr', 'a CR within a header', 'malformed', head('x: a\rb', length) + body),
  kept('bare-lf', 'lines that end with LF only', 'completed', `HTTP/1.1 200 OK\n${length}\n\n${body}`),
  kept('latin-1', 'a header in Latin-1', 'completed', head('x: caf\xe9', length) + body),
  // Content-Length.
  kept('length-twice', 'two equal Content-Length lines', 'completed', head(length, length) + body),
  kept('length-list', 'two equal values in one line', 'completed', head(`${length}, ${body.length}`) + body),
  kept(
    'length-zeros',
    'zeros before the number',
    'completed',
    head(`content-length: 000${body.length}`) + body,
  ),
  closed('length-conflict', 'two that differ', 'malformed', head(length, 'content-length: 9') + body),
  closed('length-list-conflict', 'two that differ in one line', 'malformed', head(`${length}, 9`) + body),
  closed('length-plus', 'a sign', 'malformed', head('content-length: +9') + body),
  closed('length-minus', 'less than nothing', 'malformed', head('content-length: -9') + body),
  closed('length-hex', 'a hexadecimal number', 'malformed', head('content-length: 0x9') + body),
  closed('length-empty', 'no number', 'malformed', head('content-length:') + body),
  closed('length-huge', 'twenty digits', 'malformed', head(`content-length: ${'9'.repeat(20)}`) + body),
  kept('length-zero', 'no body', noMarker('completed'), head('content-length: 0')),
  kept('length-exceeded', 'bytes after the length', 'completed', `${head(length)}${body}more`),
  kept(
    'second-answer',
    'an answer that nobody asked for follows',
    'completed',
    `${head(length)}${body}${head(length)}${body}`,
  ),
  ...chunkCells,
];
