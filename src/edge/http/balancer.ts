import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { errnoOf } from '../../base/errors.ts';
import { seedOf } from '../../base/random.ts';
import { requestIdOf } from '../../base/request-id.ts';
import { type Nanoseconds, type NodeName, nsPerMs } from '../../base/units.ts';
import type { EventOf } from '../../history/schema.ts';
import type { PlannedHttp } from '../../plan/schema.ts';
import { lettingIn } from '../admission.ts';
import type { Balancer, BalancerOptions } from '../balancer.ts';
import { createDraws } from '../draws.ts';
import { listening } from '../listening.ts';
import { nobody } from '../nobody.ts';
import { createPartings } from '../partings.ts';
import { place } from '../place.ts';
import { socketAddressOf } from '../relay.ts';
import type { Desired } from '../targets.ts';
import { createZones } from '../zones.ts';
import { type CarriedRequest, carryRequest } from './carry.ts';
import { createPool, timerMs } from './pool.ts';

interface HttpBalancerOptions extends Omit<BalancerOptions, 'carry' | 'bindClientAddress' | 'emit'> {
  readonly http: PlannedHttp;
  /** Its own address towards the nodes; null: the system's choice. */
  readonly from: string | null;
  emit(
    event: EventOf<'edge-open'> | EventOf<'edge-close'> | EventOf<'edge-request'> | EventOf<'edge-response'>,
  ): void;
}

/** A client's connection that is open. */
interface Client {
  readonly conn: number;
  readonly address: string;
  readonly draw: number;
  requests: number;
}

/**
 * Ends clients' connections itself and sends each of their requests to a node, over connections to the nodes that are kept. HTTP/1.1
 * alone: an Upgrade is not passed on, so there are no WebSockets.
 */
export function createHttpBalancer(options: HttpBalancerOptions): Balancer {
  const { preset, http, now, emit, timeScale } = options;
  const real = (clusterMs: number) => timerMs(clusterMs / timeScale);
  let desired: Desired = { service: null, targets: [] };
  let letsIn = lettingIn(preset, desired);
  let gone = false;
  let conns = options.firstConn;
  let requests = options.firstConn;
  const clients = new Map<Socket, Client>();
  const others = new Set<{ shutDown(): void }>();
  const carried = new Set<CarriedRequest>();
  const pool = createPool({
    first: options.firstConn,
    connectTimeoutMs: real(preset.upstreamConnectTimeoutMs),
    idleMs: real(http.poolIdleMs),
    now,
  });
  const draws = createDraws(options.lanes, options.seed);
  const zones = createZones({
    crossZone: preset.crossZone ?? true,
    delayNs: ((preset.zoneDelayMs ?? 0) / timeScale) * nsPerMs,
    isHealthy: options.isHealthy,
    now,
  });
  const endOn = (node: NodeName | null, how: 'persist' | 'reset' | 'silence') => {
    if (how === 'persist') return;
    for (const one of [...carried]) if (node === null || one.node === node) one.end('reset');
  };
  const partings = createPartings({ preset, timeScale, end: endOn });

  const choose = (draw: number, tried: ReadonlySet<NodeName>) => {
    const left = zones.near(desired.targets, draw).filter(({ name }) => !tried.has(name));
    const target = place(preset, left, options.isHealthy, draw);
    const port = target?.podPort ?? desired.service?.nodePort ?? null;
    if (target === undefined || port === null) return undefined;
    const { name, address, portOffset, hello } = target;
    return {
      node: name,
      upstream: {
        host: address,
        port: port + portOffset,
        localAddress: options.from,
        hello: hello ? draw : null,
      },
    };
  };
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const client = clients.get(request.socket);
    if (client === undefined) return void request.socket.destroy();
    const nth = client.requests++;
    // The first request of a connection has the connection's luck: whoever connects anew for each has the luck of a passed-on connection.
    const draw = nth === 0 ? client.draw : seedOf(client.draw, 'request', nth);
    const about = {
      request: requests++,
      conn: client.conn,
      client: client.address,
      id: requestIdOf(request),
    };
    const own: { made: CarriedRequest | null; over: boolean } = { made: null, over: false };
    own.made = carryRequest({
      request,
      response,
      pool,
      settings: http,
      idleMs: real(http.idleTimeoutMs),
      choose: (tried) => choose(draw, tried),
      onSent: (node) => emit({ type: 'edge-request', t: now(), ...about, node }),
      onEnded(end) {
        own.over = true;
        if (own.made !== null) carried.delete(own.made);
        emit({ type: 'edge-response', t: now(), ...about, ...end });
        whenEmpty();
      },
    });
    if (!own.over) carried.add(own.made);
  };
  const web = createServer({ keepAliveTimeout: real(http.keepAliveMs), requestTimeout: 0 }, handle);
  const accept = (socket: Socket) => {
    const openedAt = now();
    const conn = conns++;
    const address = socketAddressOf(socket.remoteAddress, socket.remotePort) ?? 'unknown';
    const barred = socket.remoteAddress !== undefined && !letsIn(socket.remoteAddress);
    const draw = draws.draw(socket.remotePort);
    const opened = { type: 'edge-open', t: openedAt, conn, client: address, node: null } as const;
    if (barred || gone) {
      emit({ ...opened, ...(barred ? { barred } : {}) });
      const alone = nobody({
        client: socket,
        noTarget: barred && preset.sourceRanges !== 'ignored' ? preset.sourceRanges : preset.noTarget,
        openedAt,
        now,
        onClosed(end) {
          others.delete(alone);
          emit({ type: 'edge-close', t: now(), conn, client: address, node: null, ...end });
          whenEmpty();
        },
      });
      others.add(alone);
      return alone.begin();
    }
    emit({ ...opened, http: true });
    clients.set(socket, { conn, address, draw, requests: 0 });
    logEnd(socket, openedAt);
    web.emit('connection', socket);
  };
  const logEnd = (socket: Socket, openedAt: Nanoseconds) => {
    let clientEnd: EventOf<'edge-close'>['clientEnd'] = 'open';
    socket.once('end', () => {
      if (clientEnd === 'open') clientEnd = 'fin';
    });
    socket.on('error', (error) => {
      if (clientEnd === 'open') clientEnd = errnoOf(error) === 'ECONNRESET' ? 'rst' : 'error';
    });
    socket.once('close', () => {
      const client = clients.get(socket);
      clients.delete(socket);
      if (client === undefined) return;
      emit({
        type: 'edge-close',
        t: now(),
        conn: client.conn,
        client: client.address,
        node: null,
        upstreamLocal: null,
        connect: 'connected',
        connectNs: 0,
        connectedAt: openedAt,
        bytesUp: socket.bytesRead,
        bytesDown: socket.bytesWritten,
        lastDownAt: null,
        clientEnd,
        upstreamEnd: 'open',
      });
      whenEmpty();
    });
  };
  const server = createTcpServer({ allowHalfOpen: true, noDelay: true }, accept);
  const ended: (() => void)[] = [];
  const whenEmpty = () => {
    if (clients.size + others.size + carried.size > 0) return;
    for (const resolve of ended.splice(0)) resolve();
  };

  return {
    apply(next) {
      const names = new Set(next.targets.map(({ name }) => name));
      for (const { name, address } of desired.targets) {
        if (names.has(name)) continue;
        pool.dropUnused(address);
        partings.removed(name, desired.service);
      }
      for (const name of names) if (options.isHealthy(name)) partings.cancel(name);
      desired = next;
      letsIn = lettingIn(preset, desired);
      zones.look(desired.targets);
    },
    verdict(node, healthy) {
      if (healthy) partings.cancel(node);
      else partings.ejected(node, desired.service);
      zones.look(desired.targets);
    },
    addressGone(now) {
      gone = now;
    },
    cutAll(how) {
      endOn(null, how);
      pool.dropUnused();
    },
    beginTrial(seed) {
      draws.begin(seed);
      // What one trial has kept would carry requests past the policy of the next.
      pool.dropUnused();
    },
    listen: () => listening(server, options.listen),
    async stop() {
      partings.stop();
      server.close();
      const done = new Promise<void>((resolve) => ended.push(resolve));
      for (const one of [...carried]) one.end('close');
      for (const socket of [...clients.keys()]) socket.destroy();
      for (const one of [...others]) one.shutDown();
      pool.end();
      whenEmpty();
      await done;
    },
  };
}
