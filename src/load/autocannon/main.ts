import { monotonic } from '../../base/clock.ts';
import { serveRole } from '../../base/role.ts';
import { autocannonConfig } from '../config.ts';
import { serveLoad } from '../serve.ts';
import { autocannonEngine } from './engine.ts';

serveRole(autocannonConfig, (config, context) =>
  serveLoad(context, autocannonEngine(config, context, monotonic)),
);
