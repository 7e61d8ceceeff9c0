import type { Outcome } from '../../history/schema.ts';

/** What k6 reports of one request. */
export interface SeenByK6 {
  /** 0: none, or forgotten: k6 has no status of an answer that was cut. */
  readonly status: number;
  /** k6's error code (its docs: "Error codes"; here as v1.8.1 was seen to give them). */
  readonly code: number;
  readonly error: string;
  readonly connected: boolean;
  /** A byte of the answer came; null: not known. */
  readonly heard: boolean | null;
  readonly bytes: number;
  /** Whole chunks of our numbered body, from its first. */
  readonly chunks: number;
  /** The numbered body; null: a script that knows nothing of it. */
  readonly marked: 'whole' | 'cut' | 'wrong' | null;
}

/**
 * One word for what became of it; `unclear` if k6 does not distinguish it from something else: a head that was cut from one that
 * is no HTTP, what happened right after the head from what happened within it, the status of an answer that was cut.
 * docs/what-others-hide.md has every case.
 */
export function k6Outcome(seen: SeenByK6, expectStatus: number): Outcome {
  const { status, marked, chunks } = seen;
  if (status !== 0 && status !== expectStatus) return 'http-error';
  // A refusal that is wanted (403) has a body of its own.
  const numbered = expectStatus >= 200 && expectStatus < 300 ? marked : null;
  if (status !== 0 && (seen.code === 0 || isStatus(seen.code))) {
    if (numbered === 'wrong') return 'wrong-body';
    return numbered === 'cut' ? 'truncated' : 'completed';
  }
  if (numbered === 'whole') return 'completed';
  if (numbered === 'wrong' && chunks > 0) return 'wrong-body';
  return lossOf(seen);
}

/** No whole answer. Only the app numbers its chunks, and only with the expected status: one of them proves that status. */
function lossOf({ code, error, connected, heard, bytes, chunks }: SeenByK6): Outcome {
  const inBody = chunks > 0;
  if (code === 1050) return connected ? 'hung' : 'connect-timeout';
  if (code === 1211) return 'connect-timeout';
  if (code === 1212) return 'refused';
  if (/no route to host|host is unreachable|network is unreachable/.test(error)) return 'unreachable';
  if (/too many open files|cannot assign requested address|no buffer space/.test(error)) return 'local-error';
  if (isName(code)) return 'unresolved';
  if (isCertificate(code)) return 'tls-rejected';
  if (isHandshake(code) || /^(remote error: )?tls: /.test(error))
    return bytes === 0 ? 'tls-failed' : 'unclear';
  if (/^dial: i\/o timeout/.test(error)) return 'connect-timeout';
  if (code === 1220 || error.includes('broken pipe')) {
    if (inBody) return 'reset-mid-body';
    return heard === false && bytes === 0 ? 'reset-before-response' : 'unclear';
  }
  // The second if the FIN came before the request was out (in Go, net/http's errServerClosedIdle).
  if (error === 'EOF' || error === 'http: server closed idle connection') return 'closed-before-response';
  if (error.includes('unexpected EOF')) return inBody ? 'truncated' : 'unclear';
  return isForeign(error) ? 'malformed' : 'unclear';
}

/** k6 has codes for statuses from 400 on, wanted or not. */
const isStatus = (code: number) => code >= 1400 && code < 1600;
const isName = (code: number) => code >= 1100 && code < 1200;
const isHandshake = (code: number) => code >= 1300 && code < 1310;
const isCertificate = (code: number) => code >= 1310 && code < 1400;

/** No HTTP for sure; a head that was cut gives the same errors with a beginning of HTTP in them. */
function isForeign(error: string): boolean {
  if (error.includes('invalid byte in chunk length')) return true;
  const line = /malformed HTTP response "(.*)"/.exec(error)?.[1];
  if (line !== undefined) return !line.startsWith('HTTP/') && !'HTTP/'.startsWith(line);
  const status = /malformed HTTP status code "(.*)"/.exec(error)?.[1];
  return status !== undefined && !/^\d*$/.test(status);
}
