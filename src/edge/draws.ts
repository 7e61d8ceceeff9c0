import { seedOf } from '../base/random.ts';
import type { PortBlock } from '../plan/ports.ts';

/** A lane of the load: the block of local ports that its connections come from. */
export interface EdgeLane extends PortBlock {
  readonly name: string;
}

/** The luck of the draw, the same under every policy: a function of the trial's seed, the lane, and the how-many-eth it is. */
interface Draws {
  /** A trial begins: every lane counts from 0. `seed` is the same for each policy of one repeat. */
  begin(seed: number): void;
  /** The luck of the connection that comes from this port. */
  draw(port: number | undefined): number;
}

/**
 * Connections from a block are counted by their port, not by their arrival; if ports come round again, the nearest
 * count to the last is meant. Whoever comes from elsewhere is a lane of its own, by arrival.
 */
export function createDraws(lanes: readonly EdgeLane[], first: number): Draws {
  let seed = first;
  let others = 0;
  let last = new Map<string, number>();
  return {
    begin(next) {
      seed = next;
      others = 0;
      last = new Map();
    },
    draw(port) {
      const lane = lanes.find(
        (one) => port !== undefined && port >= one.first && port < one.first + one.count,
      );
      if (lane === undefined || port === undefined) return seedOf(seed, 'draw', 'others', others++);
      const slot = port - lane.first;
      const expected = (last.get(lane.name) ?? -1) + 1;
      const rounds = Math.max(0, Math.round((expected - slot) / lane.count));
      const k = slot + rounds * lane.count;
      last.set(lane.name, Math.max(k, expected - 1));
      return seedOf(seed, 'draw', lane.name, k);
    },
  };
}

/**
 * One of these by luck: each has a score of its own that depends on its name alone, and the highest wins. So whatever
 * else is there or not, a draw goes to the same one as long as that may be chosen (rendezvous hashing). Undefined: of none.
 */
export function drawn<T>(draw: number, among: readonly T[], nameOf: (item: T) => string): T | undefined {
  let best: T | undefined;
  let most = -1;
  const luck = mixed(draw);
  for (const item of among) {
    const score = mixed(luck ^ mixed(seedOf(nameOf(item))));
    if (score > most) {
      most = score;
      best = item;
    }
  }
  return best;
}

/**
 * Every bit of the result depends on every bit of the argument (the finalizer of MurmurHash3, Austin Appleby, public
 * domain). Draws of neighbouring seeds and connections have most of their bits in common; with less mixing, the streams
 * that seeds 1 to 100 lose are spread wider than chance spreads them.
 */
function mixed(bits: number): number {
  let hash = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
