import type { Clock } from '../../base/clock.ts';
import type { Nanoseconds } from '../../base/units.ts';
import type { ProbeConfig } from '../config.ts';
import type { Connection, ConnectionUser, Dial } from '../http/connection.ts';
import { exchange } from '../http/exchange.ts';
import type { Near } from '../http/near.ts';
import { carried, endNew, headsOf, type RequestCarrier } from './lanes.ts';

interface Kept {
  readonly connection: Connection;
  readonly connectedAt: Nanoseconds;
}

/** Spare connections from a time of slow answers are worth keeping, a few. */
const spares = 8;

/**
 * One kept connection, as a client that stays. A request that comes due while it is busy takes a spare one or opens
 * another; nothing is sent twice, so a connection that dies under a request shows as that request's loss.
 */
export function reusedLane(config: ProbeConfig, clock: Clock, dial: Dial, from: () => Near): RequestCarrier {
  const idle: Kept[] = [];
  let closed = false;
  const keep = (kept: Kept) => {
    if (closed || idle.length >= spares) return kept.connection.release();
    idle.push(kept);
    const drop = () => {
      const at = idle.indexOf(kept);
      if (at !== -1) idle.splice(at, 1);
      kept.connection.destroy();
    };
    // While idle it can only be closed, by the server; the next request then opens another.
    const watch: ConnectionUser = { connected() {}, bytes: drop, fin: drop, failed: drop };
    kept.connection.use(watch);
  };

  const headOf = headsOf(config, true);
  return {
    send(sending) {
      const kept = idle.pop();
      const head = headOf(sending.id);
      const one = exchange({
        ...sending,
        freshConnection: kept === undefined,
        near: () => connection.local,
        onEnd(event, reusable) {
          const { connectedAt } = event;
          if (reusable && connectedAt !== null) keep({ connection, connectedAt });
          else if (kept === undefined) endNew(connection, event, sending);
          else connection.destroy();
          sending.onEnd(event, reusable);
        },
      });
      const user = carried(clock, one, head, () => connection);
      const connection = kept?.connection ?? dial(from(), user);
      if (kept !== undefined) {
        connection.use(user);
        one.connected(kept.connectedAt, connection.local);
        connection.write(head);
      }
      return one;
    },
    close() {
      closed = true;
      for (const { connection } of idle.splice(0)) connection.destroy();
    },
  };
}
