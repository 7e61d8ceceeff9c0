import { monotonic } from '../../base/clock.ts';
import { autocannonConfig } from '../config.ts';
import { serveLoad } from '../serve.ts';
import { autocannonEngine } from './engine.ts';

serveLoad(autocannonConfig, (config, context) => autocannonEngine(config, context, monotonic));
