import { monotonic } from '../../base/clock.ts';
import { k6Config } from '../config.ts';
import { serveLoad } from '../serve.ts';
import { k6Engine } from './engine.ts';
import { runnersSite } from './runners.ts';
import { localSite } from './site.ts';

serveLoad(k6Config, async (config, context) => {
  const { runners } = config;
  if (runners === undefined) return k6Engine(config, context, monotonic, await localSite(config, monotonic));
  const site = await runnersSite(config, runners, context, monotonic);
  return { ...k6Engine(config, context, monotonic, site), hear: site.hear };
});
