import { createSecureServer, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Certificate } from '../../src/base/certificate.ts';

/** An HTTP/2 server that does as told with each request. */
interface Http2Server {
  readonly port: number;
  /** Connections that it was offered, and requests that it read. */
  readonly connections: number;
  readonly requests: readonly { readonly path: string; readonly headers: Record<string, unknown> }[];
  stop(): Promise<void>;
}

export type Answer = (stream: ServerHttp2Stream, tcp: Socket, nth: number) => void;

/** Cleartext with prior knowledge, or TLS with a certificate. */
export async function http2Server(
  answer: Answer,
  { host = '127.0.0.1', certificate }: { host?: string; certificate?: Certificate } = {},
): Promise<Http2Server> {
  const server = certificate === undefined ? createServer() : createSecureServer(certificate);
  const sockets = new Set<Socket>();
  const requests: { path: string; headers: Record<string, unknown> }[] = [];
  const state = { connections: 0 };
  const byPort = new Map<number, Socket>();
  server.on('connection', (socket: Socket) => {
    state.connections += 1;
    sockets.add(socket);
    byPort.set(socket.remotePort ?? 0, socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('sessionError', () => {});
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    requests.push({ path: headers[':path'] ?? '', headers });
    const tcp = byPort.get(stream.session?.socket.remotePort ?? 0);
    if (tcp !== undefined) answer(stream, tcp, requests.length);
  });
  const listener: Server = server;
  await new Promise<void>((resolve) => listener.listen({ host, port: 0, backlog: 1024 }, resolve));
  const address = listener.address() as AddressInfo;
  return {
    port: address.port,
    get connections() {
      return state.connections;
    },
    requests,
    async stop() {
      const closed = new Promise((resolve) => listener.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
