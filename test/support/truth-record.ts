import { monotonic } from '../../src/base/clock.ts';
import { recorder } from '../../src/load/recorder/recorder.ts';
import type { Cell, faultServer } from './fault-server/index.ts';
import { checkTruth } from './fault-server/truth.ts';
import { gather, streamsAt, targetAt } from './load.ts';

interface Options {
  readonly server: Awaited<ReturnType<typeof faultServer>>;
  readonly cell: Cell;
  readonly mode: 'app' | 'framing';
  /** How many streams at once, and over how long they start if there are several. */
  readonly concurrency: number;
  readonly rampMs: number;
  readonly stallMs: number;
}

/** Has the recorder go through one cell, and checks its record against what the server did. */
export async function recordTruth({ server, cell, mode, concurrency, rampMs, stallMs }: Options) {
  const said = gather();
  const connectTimeoutMs = 400;
  const config = streamsAt(targetAt(server.host, server.port(cell.name)), {
    concurrency,
    rampMs: concurrency === 1 ? 0 : rampMs,
    stallMs,
    connectTimeoutMs,
    idPrefix: `${cell.name}-`,
    ...(mode === 'framing' ? { app: null } : {}),
  });
  const load = recorder(config, said, monotonic);
  load.begin();
  await said.idle(30_000);
  load.stop();
  checkTruth({
    cell,
    mode,
    count: concurrency,
    said,
    deeds: cell.port === 'open' ? await server.take(cell.name, concurrency) : [],
    stallMs,
    stallFrom: 'last-byte',
    connectTimeoutMs,
  });
  return said;
}
