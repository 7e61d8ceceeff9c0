import { Agent, type ClientRequest, type RequestOptions, request } from 'node:http';
import type { Socket } from 'node:net';
import type { Nanoseconds } from '../../base/units.ts';
import { socketAddressOf } from '../relay.ts';
import { dial, type Upstream } from './dial.ts';

/** A connection to a node that is kept between requests. */
interface KeptConnection {
  readonly number: number;
  readonly openedAt: Nanoseconds;
  readonly local: string | null;
  idle: NodeJS.Timeout | null;
}

interface PoolOptions {
  /** Number of its first connection. */
  readonly first: number;
  /** Real milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long an unused connection is kept. Real milliseconds. */
  readonly idleMs: number;
  now(): Nanoseconds;
}

/** Connections to nodes, each kept for the next request to the same address and port. */
export interface Pool {
  /** A request over a kept connection, the last that was used first, or over a new one. Fails with NotConnected if none can be made. */
  send(upstream: Upstream, what: Pick<RequestOptions, 'method' | 'path' | 'headers'>): ClientRequest;
  about(socket: Socket): Omit<KeptConnection, 'idle'> | null;
  /** Closes those that carry no request. `host`: to this one only. */
  dropUnused(host?: string): void;
  /** Closes all. */
  end(): void;
}

export function createPool({ first, connectTimeoutMs, idleMs, now }: PoolOptions): Pool {
  const agents = new Map<string, Agent>();
  const connections = new WeakMap<Socket, KeptConnection>();
  const unused = new Map<Socket, string>();
  let count = first;
  /** Of the request that is just being made: an agent asks for its connection within the call. */
  let asked: Upstream | null = null;

  const taken = (socket: Socket) => {
    const kept = connections.get(socket);
    if (kept?.idle != null) clearTimeout(kept.idle);
    unused.delete(socket);
  };
  const agentOf = ({ host, port }: Upstream): Agent => {
    const key = `${host}:${port}`;
    const present = agents.get(key);
    if (present !== undefined) return present;
    const agent = Object.assign(new Agent({ keepAlive: true, maxFreeSockets: Number.POSITIVE_INFINITY }), {
      createConnection(_options: unknown, done: (error: Error | null, socket?: Socket) => void) {
        const upstream = asked;
        if (upstream === null) throw new Error('nobody asked for a connection');
        dial(upstream, connectTimeoutMs, (error, socket) => {
          if (error !== null) return done(error);
          const local = socketAddressOf(socket.localAddress, socket.localPort);
          connections.set(socket, { number: count++, openedAt: now(), local, idle: null });
          socket.once('close', () => taken(socket));
          done(null, socket);
        });
        return undefined;
      },
      // What the node says of its own time-out (Keep-Alive) is not heeded, as balancers do not.
      keepSocketAlive(socket: Socket) {
        const kept = connections.get(socket);
        if (kept === undefined) return false;
        unused.set(socket, host);
        kept.idle = setTimeout(() => socket.destroy(), idleMs);
        return true;
      },
      reuseSocket(socket: Socket, again: ClientRequest) {
        taken(socket);
        Agent.prototype.reuseSocket.call(agent, socket, again);
      },
    });
    agents.set(key, agent);
    return agent;
  };
  return {
    send(upstream, what) {
      asked = upstream;
      const { host, port } = upstream;
      const made = request({ ...what, agent: agentOf(upstream), host, port, setHost: false });
      asked = null;
      return made;
    },
    about: (socket) => connections.get(socket) ?? null,
    dropUnused(host) {
      for (const [socket, of] of [...unused]) if (host === undefined || of === host) socket.destroy();
    },
    end() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

/** Real milliseconds as timers take them: cut off at their most. */
export const timerMs = (ms: number): number => Math.min(Math.max(1, Math.ceil(ms)), 2 ** 31 - 1);
