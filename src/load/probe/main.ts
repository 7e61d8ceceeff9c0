import { monotonic } from '../../base/clock.ts';
import { goFirst } from '../../base/priority.ts';
import { serveRole } from '../../base/role.ts';
import { probeConfig } from '../config.ts';
import { serveLoad } from '../serve.ts';
import { probe } from './probe.ts';

serveRole(probeConfig, (config, context) => {
  goFirst('instrument');
  return serveLoad(context, probe(config, context, monotonic));
});
