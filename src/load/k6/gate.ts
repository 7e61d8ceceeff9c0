import { createServer } from 'node:http';
import { monotonic } from '../../base/clock.ts';
import type { Nanoseconds } from '../../base/units.ts';

/**
 * k6 has no way to start no new request and still follow those in flight: a stop cuts them. So each iteration of our
 * script asks here first, on loopback.
 */
interface Gate {
  readonly url: string;
  /** Since when; null while it is open. */
  readonly shutAt: Nanoseconds | null;
  /** How many requests were let through. */
  readonly passed: number;
  /** Lets no further request begin. */
  shutIt(): void;
  close(): void;
}

export async function openGate(): Promise<Gate> {
  let shutAt: Nanoseconds | null = null;
  let passed = 0;
  const server = createServer((_request, response) => {
    if (shutAt === null) passed += 1;
    response.writeHead(shutAt === null ? 200 : 410).end();
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return {
    url: `http://127.0.0.1:${port}/`,
    get shutAt() {
      return shutAt;
    },
    get passed() {
      return passed;
    },
    shutIt() {
      shutAt ??= monotonic.now();
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
