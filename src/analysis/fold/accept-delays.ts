import { type Nanoseconds, nsPerMs } from '../../base/units.ts';
import type { AcceptDelay } from '../records.ts';

/** The kernel completes the handshake, the edge accepts later: by how much. Shorter delays are of no account. */
const leastMs = 20;
/** Delays closer together than this are one span. */
const gapNs: Nanoseconds = 1000 * nsPerMs;

interface AcceptDelays {
  readonly spans: readonly AcceptDelay[];
  /** `connectedAt` by the client, `acceptedAt` by the edge. */
  add(connectedAt: Nanoseconds, acceptedAt: Nanoseconds): void;
}

export function acceptDelays(): AcceptDelays {
  const spans: AcceptDelay[] = [];
  return {
    spans,
    add(from, to) {
      const maxMs = (to - from) / nsPerMs;
      if (maxMs < leastMs) return;
      const last = spans.at(-1);
      if (last !== undefined && from <= last.to + gapNs && to >= last.from - gapNs) {
        last.from = Math.min(last.from, from);
        last.to = Math.max(last.to, to);
        last.maxMs = Math.max(last.maxMs, maxMs);
      } else spans.push({ from, to, maxMs });
    },
  };
}
