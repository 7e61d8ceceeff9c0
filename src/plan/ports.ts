import type { Lane } from '../base/connections.ts';
import type { PlannedLoad } from './schema.ts';

/**
 * Local ports of one lane of our own load: its k-th connection of a trial is bound to `first + k mod count`, so that the
 * balancer can derive lane and k from the port and choose by them, whatever the order of arrival.
 */
export interface PortBlock {
  readonly first: number;
  readonly count: number;
}

interface LanePorts extends PortBlock {
  /** Name of the load item. */
  readonly load: string;
  /** null: streams. */
  readonly lane: Lane | null;
}

/** Below the pods' ports of a shared address (from 20000) and every system's ephemeral ports, above well-known ones. */
const range = { first: 10_000, count: 10_000 };

/** The blocks of every lane, in the order of the loads: half of the range for streams, half for probes. */
export function portBlocks(loads: readonly PlannedLoad[]): LanePorts[] {
  const lanes = loads.flatMap((load): { load: string; lane: Lane | null }[] => {
    if (load.kind === 'streams') return [{ load: load.name, lane: null }];
    return load.kind === 'probe' ? load.lanes.map((lane) => ({ load: load.name, lane })) : [];
  });
  const streams = lanes.filter(({ lane }) => lane === null).length;
  const half = range.count / 2;
  let next = range.first;
  return lanes.map((one) => {
    const sharing = one.lane === null ? streams : lanes.length - streams;
    // Odd: with eight client addresses in turn, a pair of address and port comes round only after eight blocks.
    const count = Math.max(1, Math.floor(half / sharing / 2) * 2 - 1);
    const first = next;
    next += count;
    return { ...one, first, count };
  });
}

/** The block of one lane, or null if there is none. */
export function blockOf(loads: readonly PlannedLoad[], load: string, lane: Lane | null): PortBlock | null {
  const found = portBlocks(loads).find((one) => one.load === load && one.lane === lane);
  return found === undefined ? null : { first: found.first, count: found.count };
}
