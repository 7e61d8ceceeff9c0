import type { createServer } from 'node:net';
import { MidflightError, messageOf } from '../base/errors.ts';

/** Throws `instrument-failed` if it cannot listen on the address. */
export function listening(
  server: ReturnType<typeof createServer>,
  { host, port }: { host: string; port: number },
): Promise<{ host: string; port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new MidflightError('instrument-failed', `cannot listen on ${host}:${port}: ${messageOf(error)}`),
      );
    });
    // A burst of connections must not meet a full backlog: that would be silence of our own making.
    server.listen({ host, port, backlog: 4096 }, () => {
      const bound = server.address();
      resolve({ host, port: typeof bound === 'object' && bound !== null ? bound.port : port });
    });
  });
}
