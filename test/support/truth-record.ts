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

/** Real milliseconds. */
export const connectTimeoutMs = 400;

/** Has the recorder go through one cell at this address, until all of its streams have ended; returns what it reported. */
export async function recordCell(
  { host, port }: { readonly host: string; readonly port: number },
  { cell, mode, concurrency, rampMs, stallMs }: Omit<Options, 'server'>,
) {
  const said = gather();
  const config = streamsAt(targetAt(host, port), {
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
  return said;
}

/** Has the recorder go through one cell, and checks its record against what the server did. */
export async function recordTruth({ server, ...options }: Options) {
  const { cell, mode, concurrency, stallMs } = options;
  const said = await recordCell({ host: server.host, port: server.port(cell.name) }, options);
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
