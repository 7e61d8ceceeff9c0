import { setFlagsFromString } from 'node:v8';
import { monotonic } from '../../base/clock.ts';
import { MidflightError } from '../../base/errors.ts';
import { openFilesLimit } from '../../base/open-files.ts';
import { serveRole } from '../../base/role.ts';
import { type StreamsConfig, streamsConfig } from '../config.ts';
import { serveLoad } from '../serve.ts';
import { recorder } from './recorder.ts';
import { warmUp } from './warm-up.ts';

// What a stream needs lives as long as the stream: a larger nursery would be copied whole, in pauses of 10 ms and more
// during the ramp. At its first size they are some 3 ms, and cost no more in all.
setFlagsFromString('--semi-space-growth-factor=1');

/** Files beside the sockets: the program, pipes, sockets that are about to close. */
const reserve = 100;

serveRole(streamsConfig, async (config, context) => {
  requireFiles(config, openFilesLimit());
  await warmUp(config.concurrency, monotonic);
  return serveLoad(context, recorder(config, context, monotonic));
});

/** Throws `missing-requirement` where the streams could not all be open. */
function requireFiles({ load, concurrency }: StreamsConfig, limit: number | null): void {
  if (limit === null || concurrency + reserve <= limit) return;
  throw new MidflightError(
    'missing-requirement',
    `load '${load}': ${concurrency} streams need ${concurrency + reserve} open files, and one process may have ${limit}; raise the limit (ulimit -Hn, as root), or split the load into several`,
  );
}
