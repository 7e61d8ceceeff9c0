import { monotonic } from '../../base/clock.ts';
import { serveRole } from '../../base/role.ts';
import { probeConfig } from '../config.ts';
import { serveLoad } from '../serve.ts';
import { probe } from './probe.ts';

serveRole(probeConfig, (config, context) => serveLoad(context, probe(config, context, monotonic)));
