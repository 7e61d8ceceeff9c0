import type { Server } from 'node:http';
import type { Server as NetServer, Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';

/** What app and ingress listen with. */
export interface ListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Connections the kernel keeps before they are accepted; it caps this at net.core.somaxconn. */
  readonly backlog: number;
}

/** A listening HTTP server that can end without cutting what it serves. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Takes no more connections, and lets each one go when its request is answered; settles when none is left. */
  drain(): Promise<void>;
  /** Cuts what is left. */
  close(): Promise<void>;
}

const pollMs = 50;
/** How long a new connection may wait for its first request (Go 1.24 net/http, Server.Shutdown, closeIdleConns). */
const newConnectionMs = 5000;

/** Binds the server's port; rejects if it cannot. Returns what it listens on. */
export async function bind(
  server: NetServer,
  { host, port, backlog }: ListenOptions,
): Promise<{ host: string; port: number }> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return { host, port: typeof address === 'object' && address !== null ? address.port : port };
}

/** Starts to listen; rejects if it cannot. No time limit of node's own cuts a long answer afterwards. */
export async function listen(server: Server, options: ListenOptions): Promise<Listener> {
  server.requestTimeout = 0;
  server.headersTimeout = 60_000;
  const silent = new Map<Socket, number>();
  const state = { draining: false, closed: false, open: 0 };
  let settle = () => {};
  const closed = new Promise<void>((resolve) => {
    settle = resolve;
  });
  // The server's own `close` comes before that of its last socket, and so before its last answer's.
  const look = () => {
    if (state.closed && state.open === 0) settle();
  };
  server.once('close', () => {
    state.closed = true;
    look();
  });
  server.on('connection', (socket: Socket) => {
    state.open += 1;
    socket.once('close', () => {
      state.open -= 1;
      look();
    });
  });
  // Requests know the connection by the socket that reads it in clear.
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    silent.set(socket, performance.now());
    socket.once('close', () => silent.delete(socket));
  });
  server.prependListener('request', ({ socket }, response) => {
    silent.delete(socket);
    response.once('finish', () => {
      if (state.draining) socket.destroySoon();
    });
  });
  const bound = await bind(server, options);
  const closeUnused = () => {
    server.closeIdleConnections();
    const before = performance.now() - newConnectionMs;
    for (const [socket, since] of silent) if (since < before) socket.destroy();
  };
  const stopAccepting = () => {
    if (state.draining) return;
    state.draining = true;
    server.close();
    const timer = setInterval(closeUnused, pollMs);
    void closed.then(() => clearInterval(timer));
  };
  return {
    ...bound,
    drain() {
      stopAccepting();
      return closed;
    },
    close() {
      stopAccepting();
      server.closeAllConnections();
      return closed;
    },
  };
}
