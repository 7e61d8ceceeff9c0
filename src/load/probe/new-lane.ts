import type { Clock } from '../../base/clock.ts';
import type { ProbeConfig } from '../config.ts';
import type { Dial } from '../http/connection.ts';
import { exchange } from '../http/exchange.ts';
import type { Near } from '../http/near.ts';
import { carried, endNew, headsOf, type RequestCarrier } from './lanes.ts';

/** A connection for each request, as a client that just arrives. */
export function newLane(config: ProbeConfig, clock: Clock, dial: Dial, from: () => Near): RequestCarrier {
  const headOf = headsOf(config, false);
  return {
    send(sending) {
      const one = exchange({
        ...sending,
        freshConnection: null,
        near: () => connection.local,
        onEnd(event, reusable) {
          if (event.outcome === 'completed') connection.release();
          else endNew(connection, event, sending);
          sending.onEnd(event, reusable);
        },
      });
      const connection = dial(
        from(),
        carried(clock, one, headOf(sending.id), () => connection),
      );
      return one;
    },
    close() {},
  };
}
