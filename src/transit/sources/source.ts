import type { NodeName } from '../../base/units.ts';
import type { ReachedNode } from '../view.ts';

/** A way to have the tables of nodes. */
export interface TableSource {
  /** Its name for people: "docker exec". */
  readonly how: string;
  /** Its entries with one of these destination ports, as text, for each node. Throws if one cannot be read in full. */
  tables(
    nodes: readonly ReachedNode[],
    ports: readonly number[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<NodeName, string>>;
}
