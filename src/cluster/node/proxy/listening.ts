import { createServer, type Server, type Socket } from 'node:net';
import type { Holder, ListeningSocket } from './holder.ts';

/** A listening socket of the node: from here on it accepts, is silent, or is closed. */
export interface Listening {
  /** Stops accepting at once; whatever comes waits in its queue. */
  park(): void;
  /** It accepts again, what has waited first. */
  unpark(): Promise<void>;
  /** Resolves when it refuses. */
  close(): Promise<void>;
}

interface ListeningOptions {
  readonly host: string;
  readonly port: number;
  readonly backlog: number;
  /** The source address of connections that only keep a queue full. */
  readonly fillerAddress: string | null;
  readonly holder: Holder;
  onConnection(socket: Socket): void;
}

/**
 * What waits at a parked socket: two connections, as Linux takes one more than it is asked for. With the queue of an
 * accepting one (256), the fillers of a hundred silent nodes in one process would be 25,000 open files.
 */
export const parkedBacklog = 1;

let sequence = 0;

/** Resolves when it listens; rejects with the reason if it cannot. */
export async function startListening(options: ListeningOptions): Promise<Listening> {
  const { host, port, backlog, holder } = options;
  sequence += 1;
  const id = sequence;
  let server: Server | null = await accepting(options, (made, done) =>
    made.listen({ host, port, backlog }, done),
  );
  let closed = false;
  const stopAccepting = () => {
    server?.close(); // its callback waits for connections; the socket is closed here at once
    server = null;
  };
  try {
    await holder.hold(id, socketOf(server));
  } catch (error) {
    stopAccepting();
    throw error;
  }
  return {
    park() {
      // Its queue first: listen(2) on a listening socket changes only that. What waits already stays.
      if (server !== null) socketOf(server).listen(parkedBacklog);
      stopAccepting();
    },
    async unpark() {
      if (server !== null || closed) return;
      const socket = await holder.give(id);
      if (closed) return socket.close();
      server = await accepting(options, (made, done) => made.listen(socket, backlog, done));
      if (closed) stopAccepting();
    },
    close() {
      closed = true;
      stopAccepting();
      return holder.drop(id);
    },
  };
}

function accepting(
  { fillerAddress, onConnection }: ListeningOptions,
  listen: (server: Server, done: () => void) => void,
): Promise<Server> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true });
  server.on('connection', (socket) => {
    const { remoteAddress } = socket;
    // Undefined: the client went before it was accepted.
    if (remoteAddress === undefined || remoteAddress === fillerAddress) socket.destroy();
    else onConnection(socket);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    listen(server, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

/** What a server listens with, as `send` and `listen` take it (Node.js docs, net: "an underlying _handle member"). */
function socketOf(server: Server): ListeningSocket {
  return Reflect.get(server, '_handle') as ListeningSocket;
}
