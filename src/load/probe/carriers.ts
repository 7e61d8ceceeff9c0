import type { Clock } from '../../base/clock.ts';
import type { Lane } from '../../base/connections.ts';
import type { ProbeConfig } from '../config.ts';
import { type DialOptions, dialer } from '../http/connection.ts';
import { nearSides } from '../http/near.ts';
import { sessionDialer } from '../http/session.ts';
import { newHttp2Lane, reusedHttp2Lane } from './http2-lanes.ts';
import type { RequestCarrier } from './lanes.ts';
import { newLane } from './new-lane.ts';
import { reusedLane } from './reused-lane.ts';

/** Who carries the requests of a lane. */
export function carrierOf(
  config: ProbeConfig,
  lane: Lane,
  clock: Clock,
  options: DialOptions,
): RequestCarrier {
  const from = nearSides(config.localAddresses, config.ports?.[lane] ?? null);
  if (config.http === '2') {
    const open = sessionDialer(config.target, config.family, clock, options);
    const dialSession = () => open(from());
    return lane === 'new'
      ? newHttp2Lane(config, clock, dialSession)
      : reusedHttp2Lane(config, clock, dialSession);
  }
  const dial = dialer(config.target, config.family, options);
  return lane === 'new' ? newLane(config, clock, dial, from) : reusedLane(config, clock, dial, from);
}
