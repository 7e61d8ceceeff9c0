import { type Nanoseconds, nsPerMs } from '../../base/units.ts';
import type { ProbeConfig } from '../config.ts';
import { deadlines } from '../deadlines.ts';
import type { Sending } from './lanes.ts';

/** Connections of probes that have failed by their time-out, and are held open to see what their balancer makes of them. */
interface Followed {
  readonly open: number;
  /** What was learnt for a request that began then; undefined: nothing could be. */
  from(startedAt: Nanoseconds): Sending['follow'];
  tick(now: Nanoseconds): void;
  closeAll(): void;
}

interface Held {
  readonly close: () => void;
  over: boolean;
}

/**
 * A CDN waits 19 s for a SYN-ACK (522). What is between our side and a node may have answered for it: whether the node did
 * in that time is in the edge's log only if the connection lasts that long. Without an edge (watch) nothing is logged.
 */
export function followed(config: ProbeConfig, now: Nanoseconds, onEnd: () => void): Followed {
  const { holdMs, timeoutMs } = config;
  const worthIt = config.app !== false && holdMs > timeoutMs;
  const held = new Set<Held>();
  const end = (one: Held) => {
    if (one.over) return;
    one.over = true;
    held.delete(one);
    onEnd();
  };
  const endings = deadlines<Held>(10, now, (one) => {
    if (!one.over) one.close();
    end(one);
    return null;
  });
  return {
    get open() {
      return held.size;
    },
    from: (startedAt) =>
      worthIt
        ? (close) => {
            const one: Held = { close, over: false };
            held.add(one);
            endings.add(one, startedAt + holdMs * nsPerMs);
            return () => end(one);
          }
        : undefined,
    tick: endings.tick,
    closeAll() {
      for (const one of [...held]) {
        one.close();
        end(one);
      }
    },
  };
}
