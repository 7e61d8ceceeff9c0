import type { Outcome } from '../../history/schema.ts';

/** What ended an exchange, in the terms of its socket. */
export type Ending =
  /** HTTP's framing says that the answer is whole. */
  | 'whole'
  /** The server closed in order. */
  | 'fin'
  /** The socket or the connection attempt failed; `errno` says how. */
  | 'error'
  /** No byte for the stall limit, or no whole answer by a probe's time-out. */
  | 'silence'
  | 'connect-timeout'
  /** HTTP/2: the server gave this one stream up. */
  | 'reset'
  /** The connection stood only after the time-out. */
  | 'slow-connect'
  /** What came is not HTTP. */
  | 'malformed'
  /** The numbered body has a gap, or goes on after its end. */
  | 'wrong'
  /** We ended it. */
  | 'cancelled';

/** What had been seen when it ended. */
export interface Seen {
  readonly connected: boolean;
  /** Of a whole response head, interim ones apart; null: none came. */
  readonly status: number | null;
  readonly expectStatus: number;
  /** The numbered body: its end marker came and counted right. null: any body will do, framing decides. */
  readonly marked: boolean | null;
  readonly errno: string | null;
}

const refused = new Set(['ECONNREFUSED']);
const reset = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);
const unreachable = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EREMOTEIO']);
/** The peer speaks, but not TLS (node's names of OpenSSL's errors begin so). */
const foreign = /^(EPROTO|ERR_SSL_|HPE_)/;

/**
 * One word for what became of a request. An answer whose end marker came is completed, whatever the connection did
 * afterwards; a status other than the expected one is `http-error`, whatever became of its body.
 */
export function classify(ending: Ending, seen: Seen): Outcome {
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
      return seen.status === null ? 'reset-before-response' : 'reset-mid-body';
    case 'silence':
      return 'hung';
    case 'connect-timeout':
    case 'slow-connect':
    case 'malformed':
      return ending;
  }
}

/** errno(3) names; anything else failed on our own side (EMFILE, EADDRNOTAVAIL, ENOTFOUND, a certificate). */
function ofErrno({ errno, status, connected }: Seen): Outcome {
  if (errno === null) return 'local-error';
  if (refused.has(errno)) return 'refused';
  if (unreachable.has(errno)) return 'unreachable';
  if (reset.has(errno)) return status === null ? 'reset-before-response' : 'reset-mid-body';
  // The kernel gave up: on the handshake, or on bytes that nobody acknowledged.
  if (errno === 'ETIMEDOUT') return connected ? 'hung' : 'connect-timeout';
  return foreign.test(errno) ? 'malformed' : 'local-error';
}
