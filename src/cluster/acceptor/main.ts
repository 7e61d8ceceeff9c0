import { createServer, type Server } from 'node:net';
import { type AcceptorCommand, type AcceptorEvent, acceptorCommand } from './protocol.ts';

/*
 * argv: its token and, for a person to distinguish processes, what it listens for. Everything else by IPC (protocol.ts).
 * Ends when the node's process is gone.
 */
const fillerAddress = process.argv[3] ?? '';
let server: Server | null = null;

const report = (event: AcceptorEvent) => process.send?.(event);

function listen(command: Extract<AcceptorCommand, { type: 'listen' }>): void {
  const { host, port, backlog } = command;
  const made = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true });
  made.on('connection', (socket) => {
    // Connections that only kept the backlog full.
    if (socket.remoteAddress === fillerAddress || socket.remoteAddress === undefined)
      return void socket.destroy();
    process.send?.({ type: 'connection' } satisfies AcceptorEvent, socket, { keepOpen: false }, (error) => {
      if (error !== null) socket.resetAndDestroy();
    });
  });
  made.on('error', (error) => report({ type: 'failed', reason: error.message }));
  made.listen({ host, port, backlog }, () => report({ type: 'listening' }));
  server = made;
}

process.on('message', (message) => {
  const command = acceptorCommand.parse(message);
  if (command.type === 'listen') listen(command);
  else if (server === null) report({ type: 'closed' });
  else {
    server.close(); // its callback waits for connections; the listening socket is closed at once
    server = null;
    report({ type: 'closed' });
  }
});
process.on('disconnect', () => process.exit(0));
for (const name of ['SIGINT', 'SIGHUP'] as const) process.on(name, () => {});
