import { connect, type Socket } from 'node:net';
import type { OwnAnswerReason } from '../../base/connections.ts';
import { helloOf, welcome } from '../hello.ts';

/** Where a node is dialled, as a relay does it (relay.ts). */
export interface Upstream {
  readonly host: string;
  readonly port: number;
  /** null: the system's choice. */
  readonly localAddress: string | null;
  /** It answers a hello with this draw once a pod has answered (hello.ts). null: none. */
  readonly hello: number | null;
}

/** No connection to a node could be made. */
export class NotConnected extends Error {
  readonly reason: Extract<OwnAnswerReason, 'refused' | 'connect-timeout'>;

  constructor(reason: NotConnected['reason']) {
    super(`no connection: ${reason}`);
    this.reason = reason;
  }
}

/** Calls `done` once: with the socket when a pod stands behind it, or with the reason. `limitMs`: real milliseconds. */
export function dial(
  { host, port, localAddress, hello }: Upstream,
  limitMs: number,
  done: (error: NotConnected | null, socket: Socket) => void,
): void {
  const from = localAddress === null ? {} : { localAddress };
  const socket = connect({ host, port, noDelay: true, autoSelectFamily: false, ...from });
  const settle = (error: NotConnected | null) => {
    clearTimeout(timer);
    socket.off('error', refused).off('end', refused).off('connect', connected).off('readable', read);
    if (error !== null) socket.on('error', () => {}).destroy(); // whatever comes now is of no interest
    done(error, socket);
  };
  // An unreachable node, and an RST or an end in place of an answer to the hello, mean the same.
  const refused = () => settle(new NotConnected('refused'));
  const connected = () => {
    if (hello === null) return settle(null);
    socket.write(helloOf(hello));
    socket.on('readable', read);
  };
  const read = () => {
    // Nothing follows it before a request.
    if (socket.read(welcome.length) !== null) settle(null);
  };
  const timer = setTimeout(() => settle(new NotConnected('connect-timeout')), limitMs);
  socket.on('error', refused).on('end', refused).on('connect', connected);
}
