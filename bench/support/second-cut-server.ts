import { createServer } from 'node:net';

/** A server that answers the first request of each connection, and closes without an answer at every other. */
interface SecondCutServer {
  readonly url: string;
  /** Requests that it did not answer. */
  readonly unanswered: number;
  stop(): void;
}

export async function secondCutServer(): Promise<SecondCutServer> {
  let unanswered = 0;
  const server = createServer((socket) => {
    let seen = 0;
    socket.on('error', () => {});
    // One request is one read: these clients wait for an answer before the next.
    socket.on('data', () => {
      seen += 1;
      if (seen === 1) return socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      unanswered += 1;
      return socket.destroy();
    });
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return {
    url: `http://127.0.0.1:${port}/`,
    get unanswered() {
      return unanswered;
    },
    stop: () => server.close(),
  };
}
