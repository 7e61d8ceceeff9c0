import { Socket } from 'node:net';
import type { Client } from 'autocannon';
import type { Clock } from '../../base/clock.ts';
import { errnoOf, MidflightError } from '../../base/errors.ts';
import { endedByReset } from '../../base/fin.ts';
import { idHeader } from '../../base/request-id.ts';
import { nsPerMs } from '../../base/units.ts';
import type { EventOf } from '../../history/schema.ts';
import { shortPath } from '../../workload/protocol.ts';
import type { AutocannonConfig } from '../config.ts';
import { localOf } from '../http/connection.ts';
import { exchange } from '../http/exchange.ts';
import { startEvent } from '../http/record.ts';

/** One request by one of autocannon's clients. */
export interface Shot {
  cancel(): void;
}

interface ShotOptions {
  readonly id: string;
  readonly dueAt: number;
  readonly config: AutocannonConfig;
  /** Which to bind; null: the system's choice. */
  readonly localAddress: string | null;
  readonly clock: Clock;
  emit(event: EventOf<'start'>): void;
  ended(event: EventOf<'end'>): void;
}

/** autocannon hung up of itself: it takes an interim answer (1xx) for the answer. What would have come is not known. */
const hungUp = 'AUTOCANNON_HUNG_UP';

/**
 * Reads one request's fate from the events of its client's socket: autocannon's sums and its clients' own events leave
 * out what ended without an answer, and take broken HTTP for none. The client makes this one request: after a loss
 * autocannon would go on with a parser and a queue that still hold the old one, and give the next answer to the wrong
 * request.
 */
export function shot(client: Client, options: ShotOptions): Shot {
  const { id, dueAt, config, localAddress, clock, emit, ended } = options;
  const { target, load, trial, expectStatus } = config;
  const startedAt = clock.now();
  const one = exchange({
    id,
    load,
    trial,
    kind: 'short',
    lane: null,
    dueAt,
    startedAt,
    expectStatus,
    numbered: true,
    freshConnection: true,
    near: () => localOf(insidesOf(client).conn),
    onEnd(event) {
      clearTimeout(timer);
      // Its own time-out comes later, and would connect again.
      setImmediate(() => insidesOf(client).destroy());
      ended(event);
    },
  });
  emit(startEvent(one.options));
  const timer = setTimeout(
    () => one.giveUp(clock.now(), one.connectedAt === null ? 'connect-timeout' : 'silence'),
    config.timeoutMs - (clock.now() - startedAt) / nsPerMs,
  );
  client.setRequest({
    method: 'GET',
    path: shortPath(id),
    headers: { ...target.headers, host: target.hostname, connection: 'close', [idHeader]: id },
  });
  // It has not connected yet, and hands its port on to net.connect as it is, which takes options in its place.
  const { hostname, port } = destinationOf(client);
  if (localAddress !== null && !target.tls)
    destinationOf(client).port = { host: hostname, port: Number(port), localAddress };
  const events: NodeJS.EventEmitter = client;
  // Said as soon as its socket is made; after a loss again, of a socket that autocannon lets fall at once.
  events.once('request', () => {
    const { conn } = insidesOf(client);
    conn.once('connect', () => one.connected(clock.now(), localOf(conn)));
    conn.on('data', (bytes: Buffer) => one.bytes(clock.now(), bytes));
    conn.on('error', (error) => one.failed(clock.now(), errnoOf(error) ?? null));
    // First of all listeners: the socket's own ends its other side, and then a reset could not be distinguished from a FIN.
    conn.prependListener('end', () => {
      if (endedByReset(conn)) one.failed(clock.now(), 'ECONNRESET');
      else one.fin(clock.now());
    });
  });
  // It is done while its socket's last event is still on its way to us.
  events.once('done', () => setImmediate(() => one.failed(clock.now(), hungUp)));
  return { cancel: () => one.giveUp(clock.now(), 'cancelled') };
}

/** What autocannon's clients (9.0.0, pinned) have beside their published events. */
interface Insides {
  readonly conn: Socket;
  /** Ends its connection and makes no other; a second call does nothing. */
  destroy(): void;
}

function insidesOf(client: object): Insides {
  if (hasInsides(client)) return client;
  throw new MidflightError('internal', 'this version of autocannon has another client');
}

function hasInsides(client: object): client is Insides {
  return (
    'conn' in client &&
    client.conn instanceof Socket &&
    'destroy' in client &&
    typeof client.destroy === 'function'
  );
}

/** The address that autocannon's clients connect to. */
interface Destination {
  readonly hostname: string;
  port: number | string | { readonly host: string; readonly port: number; readonly localAddress: string };
}

function destinationOf(client: object): Destination {
  if ('opts' in client && isDestination(client.opts)) return client.opts;
  throw new MidflightError('internal', 'this version of autocannon has another client');
}

function isDestination(opts: unknown): opts is Destination {
  return typeof opts === 'object' && opts !== null && 'hostname' in opts && 'port' in opts;
}
