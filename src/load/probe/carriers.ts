import type { Clock } from '../../base/clock.ts';
import type { Lane } from '../../plan/schema.ts';
import type { ProbeConfig } from '../config.ts';
import { dialer } from '../http/connection.ts';
import type { Carrier } from './lanes.ts';
import { newLane } from './new-lane.ts';
import { reusedLane } from './reused-lane.ts';

/** Who carries the requests of a lane. */
export function carrierOf(config: ProbeConfig, lane: Lane, clock: Clock): Carrier {
  const dial = dialer(config.target, config.family);
  let opened = 0;
  const from = () => config.localAddresses[opened++ % config.localAddresses.length] ?? null;
  return lane === 'new' ? newLane(config, clock, dial, from) : reusedLane(config, clock, dial, from);
}
