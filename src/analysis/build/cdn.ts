import { balancerCode, type CdnCode } from '../../catalogue/cdn-codes.ts';
import { type CdnWait, type Outcome, outcomeTraits } from '../../catalogue/outcomes.ts';
import type { RequestRecord } from '../records.ts';
import type { ClusterTime } from '../time.ts';

/**
 * What a CDN in front would have answered for a lost request; null if that cannot be derived from what was seen (a
 * response that was not awaited for the CDN's own 120 s, say, or an error of this machine).
 */
export function cdnCodeOf(request: RequestRecord, outcome: Outcome, time: ClusterTime): CdnCode | null {
  const { cdn, cdnAfterHead } = outcomeTraits[outcome];
  const own = request.connection?.own ?? null;
  if (own !== null && request.status === own.status) return balancerCode(own.status);
  // Bytes without a whole head are no answer yet: a CDN has no status to pass on.
  if (request.status !== null) return cdnAfterHead;
  if (cdn === null || typeof cdn === 'string') return cdn;
  return waitedMs[cdn.waitingFor](request, time) >= cdn.ms ? cdn.code : cdn.before;
}

const waitedMs: Readonly<
  Record<CdnWait['waitingFor'], (request: RequestRecord, time: ClusterTime) => number>
> = {
  // No answer to the SYN: as the edge logged it, or as the client saw it if the edge's log lacks it.
  connect: ({ connection, startedAt, endedAt }, time) =>
    time.ms(connection?.close?.connectNs ?? endedAt - startedAt),
  response: ({ connectedAt, startedAt, endedAt }, time) => time.ms(endedAt - (connectedAt ?? startedAt)),
};
