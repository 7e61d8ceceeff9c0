import type { Socket } from 'node:net';
import type { Outcome } from '../../../src/history/schema.ts';
import { block, breaches, codes, data, flags, goaway, headers, ping, reset, windowUpdate } from './frames.ts';

/** One way in which a request over HTTP/2 can go, to a client that knows its framing only. */
export interface Http2Cell {
  readonly name: string;
  readonly outcome: Outcome;
  /** What the server does with a request. */
  readonly answer: (stream: number, socket: Socket) => void;
  /** It concerns the connection: other requests on it would share its fate. */
  readonly alone?: boolean;
  /** Node.js 20 knows the outcome only once a request has run out of time: of fewer at once, after a shorter time. */
  readonly knownLate?: boolean;
  /** What the server says in place of its SETTINGS; null: nothing. */
  readonly greeting?: string | null;
}

const { endStream } = flags;
const later = (then: () => void) => setTimeout(then, 20);
const cell = (name: string, outcome: Outcome, answer: Http2Cell['answer']): Http2Cell => ({
  name,
  outcome,
  answer,
});
const alone = (name: string, outcome: Outcome, answer: Http2Cell['answer']): Http2Cell => ({
  name,
  outcome,
  answer,
  alone: true,
});
/** Frames of one stream, at once. */
const says =
  (...frames: ((stream: number) => Buffer)[]): Http2Cell['answer'] =>
  (stream, socket) => {
    socket.write(Buffer.concat(frames.map((frame) => frame(stream))));
  };
const ok = (id: number) => headers(id, 200);
const part = (id: number) => data(id, 'part');
const end = (id: number) => data(id, 'end', endStream);
const sized = (length: number) => (id: number) => headers(id, 200, { 'content-length': String(length) });

/**
 * A body longer than its Content-Length. The nghttp2 of Node 22 and later ends the connection for it, as a breach of the
 * protocol; that of Node 20 resets the stream, and does not report that it was not the server that did.
 */
const moreThanContentLength: Http2Cell =
  Number(process.versions.node.split('.')[0]) >= 22
    ? alone('the end after Content-Length', 'malformed', says(sized(5), part, end))
    : cell('the end after Content-Length', 'reset-mid-body', says(sized(5), part, end));

export const http2Cells: readonly Http2Cell[] = [
  cell('whole', 'completed', says(ok, part, end)),
  cell('whole, later', 'completed', (id, socket) => {
    socket.write(Buffer.concat([ok(id), part(id)]));
    later(() => socket.write(end(id)));
  }),
  cell(
    'whole, no body',
    'completed',
    says((id) => headers(id, 200, {}, endStream)),
  ),
  cell(
    'whole, an empty last frame',
    'completed',
    says(ok, part, (id) => data(id, '', endStream)),
  ),
  cell(
    'whole, trailers',
    'completed',
    says(ok, part, (id) => block(id, [['x', 'y']], endStream)),
  ),
  cell(
    'whole, 103 first',
    'completed',
    says((id) => headers(id, 103), ok, part, end),
  ),
  cell('whole, Content-Length', 'completed', says(sized(7), part, end)),
  cell('whole, PING and WINDOW_UPDATE between', 'completed', says(ok, ping, windowUpdate, part, end)),
  cell(
    'whole, a head of 120 kB',
    'completed',
    says(
      (id) =>
        headers(
          id,
          200,
          Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`x-${index}`, 'y'.repeat(4000)])),
        ),
      end,
    ),
  ),
  cell(
    'whole, 1000 headers',
    'completed',
    says(
      (id) =>
        block(id, [
          [':status', '200'],
          ...Array.from({ length: 1000 }, (_, index) => [`x-${index}`, 'y'] as const),
        ]),
      end,
    ),
  ),
  cell(
    'whole, then RST_STREAM(NO_ERROR)',
    'completed',
    says(ok, end, (id) => reset(id, codes.none)),
  ),
  cell(
    'all of Content-Length, then RST_STREAM(NO_ERROR)',
    'completed',
    says(sized(4), part, (id) => reset(id, codes.none)),
  ),
  cell(
    'RST_STREAM(NO_ERROR) before the head',
    'reset-before-response',
    says((id) => reset(id, codes.none)),
  ),
  cell(
    'RST_STREAM(NO_ERROR) after the head',
    'reset-mid-body',
    says(ok, (id) => reset(id, codes.none)),
  ),
  cell(
    'RST_STREAM(NO_ERROR) in the body',
    'reset-mid-body',
    says(ok, part, (id) => reset(id, codes.none)),
  ),
  cell('RST_STREAM(NO_ERROR) in the body, later', 'reset-mid-body', (id, socket) => {
    socket.write(Buffer.concat([ok(id), part(id)]));
    later(() => socket.write(reset(id, codes.none)));
  }),
  cell(
    'RST_STREAM(NO_ERROR) before Content-Length',
    'reset-mid-body',
    says(sized(9), part, (id) => reset(id, codes.none)),
  ),
  cell('the end before Content-Length', 'reset-mid-body', says(sized(9), part, end)),
  moreThanContentLength,
  cell(
    'RST_STREAM(INTERNAL_ERROR) before the head',
    'reset-before-response',
    says((id) => reset(id, codes.internal)),
  ),
  cell(
    'RST_STREAM(INTERNAL_ERROR) in the body',
    'reset-mid-body',
    says(ok, part, (id) => reset(id, codes.internal)),
  ),
  cell(
    'RST_STREAM(CANCEL) in the body',
    'reset-mid-body',
    says(ok, part, (id) => reset(id, codes.cancel)),
  ),
  cell(
    'RST_STREAM(ENHANCE_YOUR_CALM)',
    'reset-before-response',
    says((id) => reset(id, codes.calm)),
  ),
  cell(
    'RST_STREAM(REFUSED_STREAM)',
    'refused-unprocessed',
    says((id) => reset(id, codes.refused)),
  ),
  cell(
    'RST_STREAM(REFUSED_STREAM) in the body, which no server may',
    'reset-mid-body',
    says(ok, part, (id) => reset(id, codes.refused)),
  ),
  cell('silence before the head', 'hung', () => {}),
  cell('silence in the body', 'hung', says(ok, part)),
  cell(
    'silence after 103',
    'hung',
    says((id) => headers(id, 103)),
  ),
  cell(
    '503',
    'http-error',
    says((id) => headers(id, 503), end),
  ),
  cell(
    '302',
    'http-error',
    says((id) => headers(id, 302, { location: '/login?x' }, endStream)),
  ),
  cell(
    '204',
    'http-error',
    says((id) => headers(id, 204, {}, endStream)),
  ),
  cell(
    '503, and a reset',
    'http-error',
    says(
      (id) => headers(id, 503),
      (id) => reset(id, codes.internal),
    ),
  ),
  cell(
    'a header name in upper case',
    'reset-before-response',
    says((id) =>
      block(id, [
        [':status', '200'],
        ['X', 'y'],
      ]),
    ),
  ),
  cell(
    'no status',
    'reset-before-response',
    says((id) => block(id, [['x', 'y']])),
  ),
  alone(
    'GOAWAY(NO_ERROR) above which the request is',
    'refused-unprocessed',
    says(() => goaway(0, codes.none)),
  ),
  alone(
    'GOAWAY(NO_ERROR), and then the whole answer',
    'completed',
    says((id) => goaway(id, codes.none), ok, part, end),
  ),
  alone(
    'GOAWAY(INTERNAL_ERROR) above which the request is',
    'refused-unprocessed',
    says(() => goaway(0, codes.internal)),
  ),
  alone(
    'GOAWAY(INTERNAL_ERROR) before the head',
    'reset-before-response',
    says((id) => goaway(id, codes.internal)),
  ),
  alone('GOAWAY(INTERNAL_ERROR) in the body', 'reset-mid-body', (id, socket) => {
    socket.write(Buffer.concat([ok(id), part(id)]));
    later(() => socket.write(goaway(id, codes.internal)));
  }),
  alone('FIN before the head', 'closed-before-response', (_id, socket) => socket.end()),
  alone('FIN in the body', 'truncated', (id, socket) => {
    socket.write(Buffer.concat([ok(id), part(id)]));
    later(() => socket.end());
  }),
  alone('RST before the head', 'reset-before-response', (_id, socket) => socket.resetAndDestroy()),
  alone('RST in the body', 'reset-mid-body', (id, socket) => {
    socket.write(Buffer.concat([ok(id), part(id)]));
    later(() => socket.resetAndDestroy());
  }),
  alone('FIN after the whole answer', 'completed', (id, socket) =>
    socket.end(Buffer.concat([ok(id), part(id), end(id)])),
  ),
  {
    ...alone('HTTP/1.1 in place of SETTINGS', 'malformed', () => {}),
    greeting: 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n',
  },
  ...Object.entries(breaches).map(([name, frames]) => ({
    ...alone(name, 'malformed', says(frames)),
    knownLate: true,
  })),
  { ...alone('another protocol', 'malformed', () => {}), greeting: 'SSH-2.0-OpenSSH_9.6\r\n' },
  { ...alone('no word at all', 'hung', () => {}), greeting: null },
];
