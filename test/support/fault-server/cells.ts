import type { Outcome } from '../../../src/history/schema.ts';
import {
  chunked,
  chunkedHead,
  closeHead,
  endOf,
  fin,
  hang,
  lastChunk,
  lengthHead,
  line,
  rst,
  type Step,
  send,
  trickle,
  wait,
} from './steps.ts';

/**
 * One way in which a request can go, and what a client that counts right must call it. Each cell has its own port, so
 * that any client can be sent there, whatever its path and headers.
 */
export interface Cell {
  readonly name: string;
  /** What the server does, for people. */
  readonly what: string;
  /** closed: nobody listens; silent: SYNs are dropped; open: the steps are done. */
  readonly port: 'open' | 'closed' | 'silent';
  /** Whether the steps begin with the connection or with the first whole request. */
  readonly on: 'connect' | 'request';
  readonly steps: readonly Step[];
  /** What it is to a client that knows the numbered body, and to one that has only HTTP's framing. */
  readonly app: Outcome;
  readonly framing: Outcome;
  /** Over TLS, where that is another: what is done on connect comes instead of the handshake. */
  readonly tls?: Outcome;
  /** When the outcome is certain: at the server's last step, or so long after it. */
  readonly certain: 'at-once' | 'after-stall' | 'after-connect-timeout';
  /** More at once than this would measure the server. */
  readonly atMost?: number;
}

const open = { port: 'open', on: 'request' } as const;
const both = (outcome: Outcome) => ({ app: outcome, framing: outcome });
const atOnce = { certain: 'at-once' } as const;
const afterStall = { certain: 'after-stall' } as const;

const pause = wait(60);
const two = line(0) + line(1);
const whole = two + endOf(2);
const sentHead = send(chunkedHead());
const firstChunk = send(chunked(line(0)));
/** 60 ms of a healthy start. */
const begun = [sentHead, firstChunk, pause];

/** Everything that a client must tell apart. */
export const cells: readonly Cell[] = [
  // Whole answers, in every framing and pace.
  {
    name: 'whole-chunked',
    what: 'two chunks, end marker, last chunk',
    ...open,
    steps: [...begun, send(chunked(line(1))), send(chunked(endOf(2)) + lastChunk), fin],
    ...both('completed'),
    ...atOnce,
  },
  {
    name: 'whole-length',
    what: 'the whole body under a Content-Length',
    ...open,
    steps: [send(lengthHead(whole.length)), send(line(0)), pause, send(line(1) + endOf(2)), fin],
    ...both('completed'),
    ...atOnce,
  },
  {
    name: 'whole-close',
    what: 'no length: the end of the connection is the end of the body',
    ...open,
    steps: [send(closeHead()), send(line(0)), pause, send(line(1) + endOf(2)), fin],
    ...both('completed'),
    ...atOnce,
  },
  {
    name: 'whole-trickle',
    what: 'in pieces of 53 bytes, which split every line',
    ...open,
    steps: [trickle(chunkedHead() + chunked(whole) + lastChunk, 53, 75), fin],
    ...both('completed'),
    ...atOnce,
  },
  {
    name: 'whole-bytewise',
    what: 'byte by byte',
    ...open,
    steps: [trickle(chunkedHead() + chunked(whole) + lastChunk, 1, 1), fin],
    ...both('completed'),
    ...atOnce,
    atMost: 100,
  },
  {
    name: 'whole-interim',
    what: '100 and 103 answers come first',
    ...open,
    steps: [
      send('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'),
      pause,
      send(chunkedHead() + chunked(whole) + lastChunk),
      fin,
    ],
    ...both('completed'),
    ...atOnce,
  },
  {
    name: 'whole-late-end',
    what: 'the end marker comes 250 ms after the last chunk',
    ...open,
    steps: [...begun, send(chunked(line(1))), wait(250), send(chunked(endOf(2)) + lastChunk), fin],
    ...both('completed'),
    ...atOnce,
  },
  {
    name: 'marker-then-rst',
    what: 'reset between the end marker and the last HTTP chunk',
    ...open,
    steps: [...begun, send(chunked(line(1) + endOf(2))), pause, rst],
    app: 'completed',
    framing: 'reset-mid-body',
    ...atOnce,
  },
  // Before a whole response head.
  {
    name: 'refused',
    what: 'nobody listens',
    port: 'closed',
    on: 'connect',
    steps: [],
    ...both('refused'),
    ...atOnce,
  },
  {
    name: 'syn-dropped',
    what: 'SYNs are never answered',
    port: 'silent',
    on: 'connect',
    steps: [],
    ...both('connect-timeout'),
    certain: 'after-connect-timeout',
  },
  {
    name: 'fin-on-connect',
    what: 'closed as soon as accepted',
    port: 'open',
    on: 'connect',
    steps: [fin],
    ...both('closed-before-response'),
    tls: 'tls-failed',
    ...atOnce,
  },
  {
    name: 'rst-on-connect',
    what: 'reset as soon as accepted',
    port: 'open',
    on: 'connect',
    steps: [rst],
    ...both('reset-before-response'),
    tls: 'tls-failed',
    ...atOnce,
  },
  {
    name: 'fin-no-head',
    what: 'closed after the request',
    ...open,
    steps: [pause, fin],
    ...both('closed-before-response'),
    ...atOnce,
  },
  {
    name: 'rst-no-head',
    what: 'reset after the request',
    ...open,
    steps: [pause, rst],
    ...both('reset-before-response'),
    ...atOnce,
  },
  {
    name: 'fin-mid-head',
    what: 'closed inside the response head',
    ...open,
    steps: [send('HTTP/1.1 200 OK\r\ntransfer-en'), pause, fin],
    ...both('closed-before-response'),
    ...atOnce,
  },
  {
    name: 'rst-mid-head',
    what: 'reset inside the response head',
    ...open,
    steps: [send('HTTP/1.1 200 OK\r\ntransfer-en'), pause, rst],
    ...both('reset-before-response'),
    ...atOnce,
  },
  {
    name: 'fin-after-interim',
    what: 'closed after a 103 only',
    ...open,
    steps: [send('HTTP/1.1 103 Early Hints\r\n\r\n'), pause, fin],
    ...both('closed-before-response'),
    ...atOnce,
  },
  // Inside the body.
  {
    name: 'fin-after-head',
    what: 'closed after the head (chunked)',
    ...open,
    steps: [sentHead, pause, fin],
    ...both('truncated'),
    ...atOnce,
  },
  {
    name: 'rst-after-head',
    what: 'reset after the head (chunked)',
    ...open,
    steps: [sentHead, pause, rst],
    ...both('reset-mid-body'),
    ...atOnce,
  },
  {
    name: 'fin-mid-chunked',
    what: 'closed between two HTTP chunks',
    ...open,
    steps: [...begun, fin],
    ...both('truncated'),
    ...atOnce,
  },
  {
    name: 'rst-mid-chunked',
    what: 'reset between two HTTP chunks',
    ...open,
    steps: [...begun, rst],
    ...both('reset-mid-body'),
    ...atOnce,
  },
  {
    name: 'fin-mid-length',
    what: 'closed before the Content-Length is reached',
    ...open,
    steps: [send(lengthHead(whole.length) + line(0)), pause, fin],
    ...both('truncated'),
    ...atOnce,
  },
  {
    name: 'rst-mid-length',
    what: 'reset before the Content-Length is reached',
    ...open,
    steps: [send(lengthHead(whole.length) + line(0)), pause, rst],
    ...both('reset-mid-body'),
    ...atOnce,
  },
  {
    name: 'fin-mid-close',
    what: 'closed early, no length: HTTP cannot tell it from a whole answer',
    ...open,
    steps: [send(closeHead() + line(0)), pause, fin],
    app: 'truncated',
    framing: 'completed',
    ...atOnce,
  },
  {
    name: 'rst-mid-close',
    what: 'reset early, no length',
    ...open,
    steps: [send(closeHead() + line(0)), pause, rst],
    ...both('reset-mid-body'),
    ...atOnce,
  },
  {
    name: 'cut-by-proxy',
    what: 'the last HTTP chunk comes in order, the end marker never',
    ...open,
    steps: [...begun, send(lastChunk), fin],
    app: 'truncated',
    framing: 'completed',
    ...atOnce,
  },
  // Silence.
  {
    name: 'hang-on-accept',
    what: 'accepted, then nothing',
    port: 'open',
    on: 'connect',
    steps: [hang],
    ...both('hung'),
    ...afterStall,
  },
  {
    name: 'hang-no-head',
    what: 'the request is read, then nothing',
    ...open,
    steps: [hang],
    ...both('hung'),
    ...afterStall,
  },
  {
    name: 'hang-mid-head',
    what: 'silent inside the response head',
    ...open,
    steps: [send('HTTP/1.1 200 OK\r\ntransfer-en'), hang],
    ...both('hung'),
    ...afterStall,
  },
  {
    name: 'hang-after-head',
    what: 'silent after the head',
    ...open,
    steps: [sentHead, hang],
    ...both('hung'),
    ...afterStall,
  },
  {
    name: 'hang-mid-body',
    what: 'silent after the first chunk',
    ...open,
    steps: [...begun, hang],
    ...both('hung'),
    ...afterStall,
  },
  // Answers that are not the one that was asked for.
  {
    name: 'status-502',
    what: 'a 502 with a body',
    ...open,
    steps: [send(`${lengthHead(11, '502 Bad Gateway')}Bad Gateway`), fin],
    ...both('http-error'),
    ...atOnce,
  },
  {
    name: 'status-503-cut',
    what: 'a 503 whose body is cut',
    ...open,
    steps: [send(`${lengthHead(100, '503 Service Unavailable')}no `), pause, rst],
    ...both('http-error'),
    ...atOnce,
  },
  {
    name: 'gap',
    what: 'chunk 1 is missing from the sequence',
    ...open,
    steps: [...begun, send(chunked(line(2)) + chunked(endOf(3)) + lastChunk), fin],
    app: 'wrong-body',
    framing: 'completed',
    ...atOnce,
  },
  {
    name: 'miscounted-end',
    what: 'the end marker counts one more than there was',
    ...open,
    steps: [...begun, send(chunked(endOf(2)) + lastChunk), fin],
    app: 'wrong-body',
    framing: 'completed',
    ...atOnce,
  },
  {
    name: 'bytes-after-end',
    what: 'the body goes on after the end marker',
    ...open,
    steps: [...begun, send(chunked(line(1) + endOf(2)) + chunked('more\n') + lastChunk), fin],
    app: 'wrong-body',
    framing: 'completed',
    ...atOnce,
  },
  // Not HTTP.
  {
    name: 'not-http',
    what: 'another protocol answers',
    ...open,
    steps: [send('SSH-2.0-OpenSSH_9.6\r\n'), pause, fin],
    ...both('malformed'),
    ...atOnce,
  },
  {
    name: 'bad-status-line',
    what: 'a status line without a status',
    ...open,
    steps: [send('HTTP/1.1 OK\r\n\r\n'), pause, fin],
    ...both('malformed'),
    ...atOnce,
  },
  {
    name: 'bad-header',
    what: 'a header line without a colon',
    ...open,
    steps: [send('HTTP/1.1 200 OK\r\nno header at all\r\n\r\n'), pause, fin],
    ...both('malformed'),
    ...atOnce,
  },
  {
    name: 'bad-chunk-size',
    what: 'a chunk size that is no number',
    ...open,
    steps: [...begun, send('zz\r\n\r\n'), pause, fin],
    ...both('malformed'),
    ...atOnce,
  },
];
