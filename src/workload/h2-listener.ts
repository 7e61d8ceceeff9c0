import type { Http2Server, ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { bind, type Listener, type ListenOptions } from './listener.ts';

/** As listener.ts for HTTP/2 without TLS: GOAWAY to each connection, which ends when its requests are answered. */
export async function listenH2(server: Http2Server, options: ListenOptions): Promise<Listener> {
  const sessions = new Set<ServerHttp2Session>();
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {}); // its close says it all
    session.once('close', () => sessions.delete(session));
  });
  server.on('sessionError', () => {});
  const bound = await bind(server, options);
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()));
  let draining = false;
  const stopAccepting = () => {
    if (!draining) server.close();
    draining = true;
  };
  return {
    ...bound,
    drain() {
      stopAccepting();
      for (const session of sessions) session.close();
      return closed;
    },
    close() {
      stopAccepting();
      for (const session of sessions) session.destroy();
      // From Node.js 24 a session waits for its peer, which may be dead.
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
}
