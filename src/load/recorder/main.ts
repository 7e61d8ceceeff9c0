import { monotonic } from '../../base/clock.ts';
import { openFilesLimit } from '../../base/open-files.ts';
import { goFirst } from '../../base/priority.ts';
import { streamsConfig } from '../config.ts';
import { serveLoad } from '../serve.ts';
import { requireFiles } from './files.ts';
import { recorder } from './recorder.ts';
import { warmUp } from './warm-up.ts';

serveLoad(streamsConfig, async (config, context) => {
  goFirst('instrument');
  requireFiles(config, openFilesLimit());
  await warmUp(config.concurrency, monotonic);
  return recorder(config, context, monotonic);
});
