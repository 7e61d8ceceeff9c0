import { monotonic } from '../../base/clock.ts';
import { serveRole } from '../../base/role.ts';
import { k6Config } from '../config.ts';
import { serveLoad } from '../serve.ts';
import { k6Engine } from './engine.ts';

serveRole(k6Config, async (config, context) =>
  serveLoad(context, await k6Engine(config, context, monotonic)),
);
