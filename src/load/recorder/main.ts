import { monotonic } from '../../base/clock.ts';
import { serveRole } from '../../base/role.ts';
import { streamsConfig } from '../config.ts';
import { serveLoad } from '../serve.ts';
import { recorder } from './recorder.ts';

serveRole(streamsConfig, (config, context) => serveLoad(context, recorder(config, context, monotonic)));
