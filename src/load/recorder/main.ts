import { setFlagsFromString } from 'node:v8';
import { monotonic } from '../../base/clock.ts';
import { openFilesLimit } from '../../base/open-files.ts';
import { serveRole } from '../../base/role.ts';
import { streamsConfig } from '../config.ts';
import { serveLoad } from '../serve.ts';
import { requireFiles } from './files.ts';
import { recorder } from './recorder.ts';
import { warmUp } from './warm-up.ts';

// What a stream needs lives as long as the stream: a larger nursery would be copied whole, in pauses of 10 ms and more
// during the ramp. At its first size they are some 3 ms, and cost no more in all. (Given to node itself, before the program
// is loaded, the same flag costs 20 MB.)
setFlagsFromString('--semi-space-growth-factor=1');

serveRole(streamsConfig, async (config, context) => {
  requireFiles(config, openFilesLimit());
  await warmUp(config.concurrency, monotonic);
  return serveLoad(context, recorder(config, context, monotonic));
});
