import { monotonic } from '../../base/clock.ts';
import { goFirst } from '../../base/priority.ts';
import { probeConfig } from '../config.ts';
import { serveLoad } from '../serve.ts';
import { probe } from './probe.ts';

serveLoad(probeConfig, (config, context) => {
  goFirst('instrument');
  return probe(config, context, monotonic);
});
