import { createServer } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { type Nanoseconds, nsPerMs } from '../../base/units.ts';
import { type RunnerClocks, runnerClocks } from './runner-clocks.ts';

/**
 * k6 has no way to start no new request and still follow those in flight: a stop cuts them. So each iteration of our
 * script asks here first. Runners of a TestRun also wait here for the beginning, and compare their clocks with ours.
 */
export interface K6Gate {
  readonly url: string;
  /** Since when; null while it is open. */
  readonly shutAt: Nanoseconds | null;
  /** How many requests were let through. */
  readonly passed: number;
  readonly clocks: RunnerClocks;
  /** Answers the runners that wait for the beginning, now and from now on. */
  begin(): void;
  /** Lets no further request begin. */
  shutIt(): void;
  close(): void;
}

interface GateOptions {
  readonly host: string;
  /** 0: the system's choice. */
  readonly port: number;
  readonly clock: Clock;
  /** A runner has come to wait for the beginning; `waiting`: how many have. */
  readonly arrived?: (waiting: number) => void;
}

/** Rejects if it cannot listen there. */
export async function openGate({ host, port, clock, arrived }: GateOptions): Promise<K6Gate> {
  let shutAt: Nanoseconds | null = null;
  let passed = 0;
  let hasBegun = false;
  const clocks = runnerClocks();
  const waiting = new Set<string>();
  const held: (() => void)[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://gate');
    clocks.read(searchParams);
    const answer = (status: number) =>
      // Milliseconds of our clock, against which the runner reads its own.
      response.writeHead(status).end(String(clock.now() / nsPerMs));
    switch (pathname) {
      case '/clock':
        return void answer(200);
      case '/begin':
        waiting.add(searchParams.get('runner') ?? '');
        if (hasBegun) return void answer(200);
        held.push(() => answer(200));
        return arrived?.(waiting.size);
      default:
        if (shutAt === null) passed += 1;
        return void answer(shutAt === null ? 200 : 410);
    }
  });
  const bound = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return {
    url: `http://127.0.0.1:${bound}/`,
    get shutAt() {
      return shutAt;
    },
    get passed() {
      return passed;
    },
    clocks,
    begin() {
      hasBegun = true;
      for (const release of held.splice(0)) release();
    },
    shutIt() {
      shutAt ??= clock.now();
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
