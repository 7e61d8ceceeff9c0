import type { Outcome } from '../../history/schema.ts';
import type { RequestRecord } from '../records.ts';
import type { CdnCode } from '../schema.ts';
import type { ClusterTime } from '../time.ts';
import { cdnConnectMs } from './outcomes.ts';

/** Cloudflare's proxy read timeout (its docs, error 524: 120 s, was 100 s). Cluster milliseconds. */
const cdnResponseMs = 120_000;

/**
 * What a CDN in front would have answered for a lost request; null where that cannot be told from what was seen (a
 * response that was not awaited for the CDN's own 120 s, say, or a fault of ours).
 * Source: Cloudflare's docs, "Error 520" to "Error 526" and, for a name without an address, "Error 530" with "Error 1016".
 */
export function cdnCodeOf(request: RequestRecord, outcome: Outcome, time: ClusterTime): CdnCode | null {
  // Bytes without a whole head are no answer yet: a CDN has no status to pass on.
  if (request.status !== null && outcome !== 'http-error' && outcome !== 'wrong-body') {
    return outcome === 'local-error' ? null : 'cut';
  }
  switch (outcome) {
    case 'refused':
      return '521';
    case 'unreachable':
      return '523';
    case 'unresolved':
      return '530';
    case 'tls-failed':
      return '525';
    case 'tls-rejected':
      return '526';
    case 'connect-timeout':
      return unansweredMs(request, time) >= cdnConnectMs ? '522' : 'slow-connect';
    case 'slow-connect':
      return 'slow-connect';
    case 'closed-before-response':
    case 'reset-before-response':
    case 'malformed':
      return '520';
    case 'hung':
      return time.ms(request.endedAt - (request.connectedAt ?? request.startedAt)) >= cdnResponseMs
        ? '524'
        : null;
    case 'truncated':
    case 'reset-mid-body':
      return 'cut';
    case 'http-error':
    case 'wrong-body':
      return 'origin-status';
    case 'completed':
    case 'cancelled':
    case 'local-error':
    case 'refused-unprocessed': // it may be sent again without harm, and whether a CDN does is not documented
    case 'unclear':
      return null;
  }
}

/** How long the path to the node stayed without an answer to the SYN: by the edge where it says so, else by the client. */
function unansweredMs({ connection, startedAt, endedAt }: RequestRecord, time: ClusterTime): number {
  return time.ms(connection?.close?.connectNs ?? endedAt - startedAt);
}
