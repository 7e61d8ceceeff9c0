import type { Judged } from './build/losses.ts';
import type { PairCounts } from './newcombe.ts';

/** For each load, whether its k-th stream was lost (1) or not (0), in the order in which they began. */
export type Fates = ReadonlyMap<string, Uint8Array>;

export function fatesOf(streams: readonly Judged[]): Fates {
  const byLoad = new Map<string, Judged[]>();
  for (const one of streams) {
    const own = byLoad.get(one.request.load);
    if (own === undefined) byLoad.set(one.request.load, [one]);
    else own.push(one);
  }
  return new Map(
    [...byLoad].map(([load, own]) => [
      load,
      Uint8Array.from(own.sort(byBeginning), ({ lost }) => (lost ? 1 : 0)),
    ]),
  );
}

/** Streams that began in the same instant are numbered: of equal prefixes the longer number is the greater. */
function byBeginning({ request: a }: Judged, { request: b }: Judged): number {
  if (a.startedAt !== b.startedAt) return a.startedAt - b.startedAt;
  return a.id.length - b.id.length || (a.id < b.id ? -1 : 1);
}

/**
 * The k-th stream of each repeat under one policy and under another: both are on the same draw of the balancer's node.
 * `repeats`: the fates of one repeat under either. Null if there are none, or if a load began more streams in one than in
 * the other: then the k-th of one need not be the k-th of the other.
 */
export function pairedFates(repeats: readonly (readonly [first: Fates, second: Fates])[]): PairCounts | null {
  const counts = { both: 0, first: 0, second: 0, neither: 0 };
  for (const [one, other] of repeats) {
    if (one.size !== other.size) return null;
    for (const [load, first] of one) {
      const second = other.get(load);
      if (second === undefined || second.length !== first.length) return null;
      for (const [k, lost] of first.entries()) {
        if (lost === 1) counts[second[k] === 1 ? 'both' : 'first'] += 1;
        else counts[second[k] === 1 ? 'second' : 'neither'] += 1;
      }
    }
  }
  return repeats.length === 0 ? null : counts;
}
