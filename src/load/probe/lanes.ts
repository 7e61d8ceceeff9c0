import type { Clock } from '../../base/clock.ts';
import type { EventOf } from '../../history/schema.ts';
import { shortPath } from '../../workload/protocol.ts';
import type { ProbeConfig } from '../config.ts';
import type { Connection, ConnectionUser } from '../http/connection.ts';
import type { Exchange, InFlight } from '../http/exchange.ts';
import type { RequestOptions } from '../http/record.ts';
import { requestHeads } from '../http/request.ts';

/** What a lane is asked to send: all but what the lane itself decides. */
export type Sending = Omit<RequestOptions, 'freshConnection'> & {
  /**
   * Called for a new connection that had no byte by the request's time-out: `close` ends it when it has been held open long
   * enough. Returns what is to be called if it ends before.
   */
  readonly follow?: ((close: () => void) => () => void) | undefined;
};

/** One way to carry short requests. */
export interface RequestCarrier {
  /** Sends at once, on whatever connection the lane's rule picks; never waits for an earlier answer. */
  send(sending: Sending): InFlight;
  /** Closes the connections that it keeps. */
  close(): void;
}

/**
 * Ends a new connection whose request was lost. One that is silent may exist at the balancer only, which still waits for a
 * node: it stays open, as a client's that waits longer would, and the balancer's log shows what became of it.
 */
export function endNew(
  connection: Connection,
  { outcome, firstByteAt }: EventOf<'end'>,
  sending: Sending,
): void {
  if (outcome !== 'hung' || firstByteAt !== null || sending.follow === undefined) {
    connection.destroy();
    return;
  }
  const ended = sending.follow(() => connection.destroy());
  const over = () => {
    connection.destroy();
    ended();
  };
  connection.use({ connected() {}, bytes: over, fin: over, failed: over });
}

/** Path and query of a probe: the app's short answer, or any URL as it is. */
export function probePath({ app, target }: ProbeConfig, id: string): string {
  return app === false ? target.path : shortPath(id);
}

/** Request heads by id. */
export function headsOf(config: ProbeConfig, keepAlive: boolean): (id: string) => string {
  const head = requestHeads({ target: config.target, named: config.app !== false, bodySize: 0, keepAlive });
  return (id) => head(probePath(config, id), id);
}

/** Hands what a new connection does to a request, and sends that as soon as it is connected. */
export function carried(clock: Clock, to: Exchange, head: string, own: () => Connection): ConnectionUser {
  return {
    connected() {
      to.connected(clock.now(), own().local);
      if (!to.ended) own().write(head);
    },
    bytes: (chunk) => to.bytes(clock.now(), chunk),
    fin: () => to.fin(clock.now()),
    failed: (errno, stage) => to.failed(clock.now(), errno, stage),
    resolving: (now) => to.resolving(now),
  };
}
