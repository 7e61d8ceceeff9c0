import { cdnConnectMs } from '../../catalogue/cdn-codes.ts';
import { isLost, type Outcome } from '../../catalogue/outcomes.ts';
import type { PlannedEdge } from '../../plan/schema.ts';
import type { RequestRecord } from '../records.ts';
import type { ClusterTime } from '../time.ts';

/**
 * What the client of the preset's balancer would have seen. A passthrough balancer has no handshake of its own, ours in
 * user space has: there the edge's side towards the node takes the place of the client's, as long as no byte came back.
 * If the balancer had no node for it, the preset defines what it does then.
 */
export function outcomeOf(
  request: RequestRecord,
  edge: Pick<PlannedEdge, 'mode' | 'noTarget' | 'sourceRanges'> | undefined,
  time: ClusterTime,
): Outcome {
  const { outcome, connection } = request;
  if (!isLost(outcome) || outcome === 'local-error') return outcome;
  if (edge === undefined || request.firstByteAt !== null || connection?.close == null) return outcome;
  const { mode, noTarget, sourceRanges } = edge;
  const { connect, connectNs } = connection.close;
  const unanswered = () => (time.ms(connectNs) >= cdnConnectMs ? 'connect-timeout' : 'slow-connect');
  if (connect === 'none') {
    const answer = connection.barred ? sourceRanges : noTarget;
    if (answer === 'drop') return unanswered();
    return answer === 'refuse' ? 'refused' : outcome;
  }
  if (mode !== 'passthrough') return outcome;
  switch (connect) {
    case 'refused':
    case 'reset': // an RST in answer to a SYN is a refusal, whatever errno the kernel makes of it
      return 'refused';
    case 'unreachable':
      return 'unreachable';
    case 'timeout':
      return 'connect-timeout';
    case 'abandoned':
      return unanswered();
    case 'connected':
    case 'error':
      return outcome;
  }
}
