import type { OutgoingHttpHeaders } from 'node:http2';
import type { Clock } from '../../base/clock.ts';
import { idHeader } from '../../base/request-id.ts';
import { nsPerMs } from '../../base/units.ts';
import type { EventOf } from '../../history/schema.ts';
import type { ProbeConfig } from '../config.ts';
import type { InFlight } from '../http/exchange.ts';
import { methodOf, requestHeaders } from '../http/request.ts';
import type { Http2Session } from '../http/session.ts';
import { sessionExchange } from '../http/session-exchange.ts';
import { probePath, type RequestCarrier, type Sending } from './lanes.ts';

/** Opens a connection from the next local address. */
type DialSession = () => Http2Session;

/** HTTP/2, a connection for each request. */
export function newHttp2Lane(config: ProbeConfig, clock: Clock, dial: DialSession): RequestCarrier {
  const headersOf = headersById(config);
  return {
    send(sending) {
      const session = dial();
      return sendOn(session, sending, null, headersOf, clock, (completed, _gaveUp, event) => {
        if (completed) session.release();
        else if (event.outcome === 'hung' && event.firstByteAt === null && sending.follow !== undefined)
          sending.follow(() => session.destroy());
        else session.destroy();
      });
    },
    close() {},
  };
}

/**
 * HTTP/2, all requests on one connection at the same time. One that left a request unanswered gets no further ones: what
 * clients do that check a silent connection by PING (Chrome; Go with ReadIdleTimeout). Without that check a client would
 * stay on a dead connection until its kernel gave up, a quarter of an hour later.
 */
export function reusedHttp2Lane(config: ProbeConfig, clock: Clock, dial: DialSession): RequestCarrier {
  const headersOf = headersById(config);
  const timeoutNs = config.timeoutMs * nsPerMs;
  let kept: { readonly session: Http2Session; readonly openedAt: number } | null = null;
  const usable = (now: number): Http2Session | null => {
    if (kept === null || !kept.session.open) return null;
    return kept.session.connected || now < kept.openedAt + timeoutNs ? kept.session : null;
  };
  /** No further requests; it goes when the last one on it has ended. */
  const retire = (session: Http2Session) => {
    if (kept?.session === session) kept = null;
    if (session.busy === 0) session.destroy();
  };
  return {
    send(sending) {
      const now = clock.now();
      const present = usable(now);
      const session = present ?? dial();
      if (present === null) {
        if (kept !== null) retire(kept.session);
        kept = { session, openedAt: now };
      }
      return sendOn(session, sending, present === null, headersOf, clock, (_completed, gaveUp) => {
        if (gaveUp || kept?.session !== session) retire(session);
      });
    },
    close() {
      kept?.session.release();
      kept = null;
    },
  };
}

/** `after` is called when the request has ended: whether it completed, and whether we had to give it up. */
function sendOn(
  session: Http2Session,
  sending: Sending,
  freshConnection: boolean | null,
  headersOf: (id: string) => OutgoingHttpHeaders,
  clock: Clock,
  after: (completed: boolean, gaveUp: boolean, event: EventOf<'end'>) => void,
): InFlight {
  let cancel = () => {};
  let hasEnded = false;
  const { request, user } = sessionExchange(
    {
      ...sending,
      freshConnection,
      onEnd(event, reusable) {
        hasEnded = true;
        cancel();
        const { outcome } = event;
        const gaveUp = outcome === 'hung' || outcome === 'connect-timeout' || outcome === 'slow-connect';
        after(outcome === 'completed', gaveUp, event);
        sending.onEnd(event, reusable);
      },
    },
    clock,
    session,
    () => cancel(),
  );
  cancel = session.request(headersOf(sending.id), user);
  if (hasEnded) cancel();
  return request;
}

/** They concern one HTTP/1.1 connection, and are errors in HTTP/2 (RFC 9113, section 8.2.2). */
const connectionHeaders = new Set([
  'connection',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

function headersById(config: ProbeConfig): (id: string) => OutgoingHttpHeaders {
  const named = config.app !== false;
  const all = requestHeaders({ target: config.target, named, bodySize: 0 });
  const host = all.find(([name]) => name === 'host')?.[1] ?? config.target.hostname;
  const shared: OutgoingHttpHeaders = {
    ':method': methodOf({ target: config.target, bodySize: 0 }),
    ':scheme': config.target.tls ? 'https' : 'http',
    ':authority': host,
  };
  for (const [name, value] of all) if (!connectionHeaders.has(name)) shared[name] = value;
  return (id) => ({ ...shared, ':path': probePath(config, id), ...(named ? { [idHeader]: id } : {}) });
}
