import type { Clock } from '../../base/clock.ts';
import type { Nanoseconds } from '../../base/units.ts';
import type { AnswerEnding } from './classify.ts';
import type { InFlight } from './exchange.ts';
import { shownLocation } from './location.ts';
import { type RequestOptions, requestRecord } from './record.ts';
import type { Http2Session, SessionUser } from './session.ts';

/** One request over HTTP/2, and what its session reports to it. */
interface SessionExchange {
  readonly request: InFlight;
  readonly user: SessionUser;
}

/** `cancel`: gives the stream up, once it has ended for us. */
export function sessionExchange(
  options: RequestOptions,
  clock: Clock,
  session: Pick<Http2Session, 'local' | 'breached'>,
  cancel: () => void,
): SessionExchange {
  const record = requestRecord(options);
  let status: number | null = null;
  let location: string | null = null;
  /** The limit at which it was given up; its session is being asked why nothing comes. */
  let silentSince: Nanoseconds | null = null;
  const end = (ending: AnswerEnding, errno: string | null = null, t = clock.now()) =>
    record.end(t, ending, { status, errno: errno ?? location, reusable: false });
  return {
    request: {
      options,
      get connectedAt() {
        return record.connectedAt;
      },
      get aliveAt() {
        return record.aliveAt;
      },
      get ended() {
        return record.ended;
      },
      giveUp(t, ending) {
        const over = (how: AnswerEnding, errno: string | null, at = t) => {
          end(how, errno, at);
          cancel();
        };
        if (silentSince !== null) return over('silence', null, silentSince);
        if (ending !== 'silence') return over(ending, null);
        silentSince = t;
        void session
          .breached()
          .then((breached) => (breached ? over('malformed', 'http2-protocol') : over(ending, null)));
      },
    },
    user: {
      connected: (t) => record.connected(t, session.local),
      head(code, to) {
        record.heard(clock.now());
        status = code;
        const redirect = code >= 300 && code < 400 && code !== options.expectStatus;
        location = redirect && to !== null ? shownLocation(to) : null;
      },
      bytes(chunk) {
        if (record.ended) return;
        record.heard(clock.now());
        record.body(chunk, status ?? 0);
        if (!record.wrong) return;
        end('wrong');
        cancel();
      },
      whole: () => end('whole'),
      reset: (code) => end('reset', code),
      resolving(now) {
        record.resolving = now;
      },
      fin: () => end('fin'),
      failed: (errno, stage) => end(stage === 'handshake' ? stage : 'error', errno),
      malformed: (reason) => end('malformed', reason),
    },
  };
}
