import { Agent, type ClientRequest, get } from 'node:http';

/** Slow orders held open by a client that midflight does not know: Node's own, one connection to each. */
interface HeldStreams {
  /** In flight now. */
  readonly open: number;
  /** lost: without a byte for `silentMs`, or broken off. failed: refused, or answered with another status. */
  count(silentMs: number): { readonly lost: number; readonly failed: number };
  stop(): void;
}

interface Stream {
  request: ClientRequest;
  heard: boolean;
  /** performance.now() of the latest byte, or of its begin. */
  heardAt: number;
}

/** Resolves once every one of them has its first byte. `renew`: one that ends is followed by another. */
export async function holdStreams(
  address: string,
  { streams, seconds, renew }: { streams: number; seconds: number; renew: boolean },
): Promise<HeldStreams> {
  const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });
  const open = new Set<Stream>();
  let broken = 0;
  let failed = 0;
  let stopped = false;
  const begin = (first: () => void) => {
    const request = get(`http://${address}/order?seconds=${seconds}`, { agent });
    const stream: Stream = { request, heard: false, heardAt: performance.now() };
    open.add(stream);
    const end = (how: 'whole' | 'broken' | 'failed') => {
      if (!open.delete(stream) || stopped) return;
      if (how === 'broken') broken += 1;
      if (how === 'failed') failed += 1;
      if (renew) begin(() => {});
    };
    request.once('error', () => end(stream.heard ? 'broken' : 'failed'));
    request.once('response', (answer) => {
      if (answer.statusCode !== 200) end('failed');
      answer.on('data', () => {
        if (!stream.heard) first();
        stream.heard = true;
        stream.heardAt = performance.now();
      });
      answer.once('error', () => end('broken'));
      answer.once('close', () => end(answer.complete ? 'whole' : 'broken'));
    });
  };
  await Promise.all(Array.from({ length: streams }, () => new Promise<void>((resolve) => begin(resolve))));
  return {
    get open() {
      return open.size;
    },
    count(silentMs) {
      const now = performance.now();
      const silent = [...open].filter(({ heardAt }) => now - heardAt > silentMs);
      return { lost: broken + silent.length, failed };
    },
    stop() {
      stopped = true;
      for (const { request } of open) request.destroy();
      agent.destroy();
    },
  };
}
