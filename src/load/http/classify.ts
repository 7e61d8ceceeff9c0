import { isCertificate } from '../../base/errno.ts';
import type { Outcome } from '../../history/schema.ts';

/** What ended an exchange, in the terms of its socket. */
export type AnswerEnding =
  /** The answer is whole by HTTP's framing. */
  | 'whole'
  /** The server closed in order. */
  | 'fin'
  /** The socket or the connection attempt failed, as `errno` describes. */
  | 'error'
  /** No byte for the stall limit, or no whole answer by a probe's time-out. */
  | 'silence'
  | 'connect-timeout'
  /** HTTP/2: the server gave this one stream up. */
  | 'reset'
  /** The connection was established only after the time-out. */
  | 'slow-connect'
  /** What came is not HTTP; `errno` describes what is wrong with it. */
  | 'malformed'
  /** The numbered body has a gap, or goes on after its end. */
  | 'wrong'
  /** No TLS handshake came about; `errno` null: the server closed in order. */
  | 'handshake'
  /** We ended it. */
  | 'cancelled';

/** What had been seen when it ended. */
interface Seen {
  readonly connected: boolean;
  /** The status of a whole response head, interim ones apart; null: none came. */
  readonly status: number | null;
  readonly expectStatus: number;
  /** The numbered body: its end marker came and counted right. null: any body will do, framing decides. */
  readonly marked: boolean | null;
  readonly errno: string | null;
}

const refused = new Set(['ECONNREFUSED']);
const reset = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);
/** HTTP/2: the server vouches that it did nothing with it (RFC 9113, section 8.7). */
const unprocessed = 'NGHTTP2_REFUSED_STREAM';
/** A resolver's verdict, and not a want of memory or of files on our side. */
const unresolved = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME']);
const unreachable = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EREMOTEIO']);
/** TLS went wrong (node's names of OpenSSL's errors begin so). */
const secure = /^(EPROTO|ERR_SSL_|ERR_TLS_)/;

/**
 * One word for what became of a request. An answer whose end marker came is completed, whatever the connection did
 * afterwards; a status other than the expected one is `http-error`, whatever became of its body.
 */
export function classify(ending: AnswerEnding, seen: Seen): Outcome {
  if (ending === 'cancelled') return 'cancelled';
  if (ending === 'wrong') return 'wrong-body';
  if (seen.status !== null && seen.status !== seen.expectStatus) return 'http-error';
  if (seen.status !== null && seen.marked === true) return 'completed';
  switch (ending) {
    case 'whole':
      // HTTP's end without our end marker: something between cut the body and closed it in order.
      return seen.marked === null ? 'completed' : 'truncated';
    case 'fin':
      return seen.status === null ? 'closed-before-response' : 'truncated';
    case 'error':
      return ofErrno(seen);
    case 'reset':
      if (seen.errno === unprocessed && seen.status === null) return 'refused-unprocessed';
      return seen.status === null ? 'reset-before-response' : 'reset-mid-body';
    case 'handshake':
      return ofHandshake(seen);
    case 'silence':
      return 'hung';
    case 'connect-timeout':
    case 'slow-connect':
    case 'malformed':
      return ending;
  }
}

/** A certificate that was accepted before and is not now is the server's fault, which every client sees. */
function ofHandshake(seen: Seen): Outcome {
  const { errno } = seen;
  if (errno === null || reset.has(errno)) return 'tls-failed';
  return ofErrno(seen);
}

/** errno(3) names; anything else failed on our own side (EMFILE, EADDRNOTAVAIL). */
function ofErrno({ errno, status, connected }: Seen): Outcome {
  if (errno === null) return 'local-error';
  if (refused.has(errno)) return 'refused';
  if (unreachable.has(errno)) return 'unreachable';
  if (unresolved.has(errno)) return 'unresolved';
  if (reset.has(errno)) return status === null ? 'reset-before-response' : 'reset-mid-body';
  // The kernel gave up: on the handshake, or on bytes that nobody acknowledged.
  if (errno === 'ETIMEDOUT') return connected ? 'hung' : 'connect-timeout';
  if (isCertificate(errno)) return 'tls-rejected';
  if (secure.test(errno)) return status === null ? 'tls-failed' : 'malformed';
  return errno.startsWith('HPE_') ? 'malformed' : 'local-error';
}
