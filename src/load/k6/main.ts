import { monotonic } from '../../base/clock.ts';
import { k6Config } from '../config.ts';
import { serveLoad } from '../serve.ts';
import { k6Engine } from './engine.ts';

serveLoad(k6Config, (config, context) => k6Engine(config, context, monotonic));
