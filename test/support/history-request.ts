import type { EventOf, HistoryEvent } from '../../src/history/schema.ts';
import { clientAddress, edgeAddress, type Ms, ns, nsPerMs, type RequestOptions } from './history-options.ts';

/** All lines of one request, the `number`th of its history: the client's and the edge's. */
export function requestLines(
  kind: EventOf<'start'>['kind'],
  options: RequestOptions,
  { number, trial }: { number: number; trial: number },
): HistoryEvent[] {
  const lines: HistoryEvent[] = [];
  const { from, to, outcome = 'completed', lane = null, load = 'slow', due = from, unfinished } = options;
  const { transit = 'stable-0', ingress = 'stable-0', endpoint = 'stable-0', ingressPod = null } = options;
  const { firstByte = from + 10, source = null } = options;
  const { firstChunk = firstByte, lastByte = firstByte === null ? undefined : to } = options;
  const { connectedAt = from + 1, connect = 'connected', connectMs = 1, close = true } = options;
  const { status = firstByte === null ? null : 200, silence = 0 } = options;
  const node = options.toNobody ? null : transit;
  const id = options.id ?? `r${number}`;
  const local = `${clientAddress}:${10_000 + number}`;
  const at = (ms: Ms | null | undefined) => (ms == null ? null : ns(ms));
  lines.push({ type: 'start', t: ns(from), trial, id, load, kind, lane, dueAt: ns(due) });
  if (transit !== null)
    lines.push({
      type: 'edge-open',
      t: ns(options.acceptedAt ?? from + 1),
      conn: number,
      client: local,
      node: options.http === undefined ? node : null,
      ...(options.http === undefined ? {} : { http: true as const }),
      ...(options.barred ? { barred: options.barred } : {}),
    });
  const about = { request: number, conn: number, client: local, id, node };
  if (options.http !== undefined) lines.push({ type: 'edge-request', t: ns(from + 1), ...about });
  if (unfinished) return lines;
  const told = firstChunk !== null && endpoint !== null;
  lines.push({
    type: 'end',
    t: ns(to),
    trial,
    id,
    outcome,
    status,
    errno: options.errno ?? null,
    connectedAt: at(connectedAt),
    firstByteAt: at(firstByte),
    firstChunkAt: at(firstChunk),
    lastByteAt: at(lastByte),
    longestSilenceNs: silence * nsPerMs,
    bodyBytes: firstByte === null ? 0 : 100,
    chunks: firstChunk === null ? 0 : 1,
    local: transit === null && connectedAt === null ? null : local,
    path: told
      ? { endpointNode: endpoint, endpointPod: 'app', ingressNode: ingress, ingressPod, source }
      : null,
    freshConnection: lane === 'reused' ? (options.fresh ?? false) : null,
  });
  if (transit === null || !close) return lines;
  if (options.http !== undefined) {
    const { upstream, openedAt = from + 1, own = null } = options.http;
    lines.push({
      type: 'edge-response',
      t: ns(to),
      ...about,
      upstream:
        upstream === undefined
          ? null
          : {
              ...{ number: upstream, openedAt: ns(openedAt), reused: openedAt < from },
              local: `${edgeAddress}:${upstream}`,
            },
      status,
      own,
      ended: own === null ? 'whole' : 'own',
      bytesDown: 100,
    });
    return lines;
  }
  lines.push({
    type: 'edge-close',
    t: ns(Math.max(to, options.acceptedAt ?? 0) + 1),
    conn: number,
    client: local,
    node,
    upstreamLocal: `${edgeAddress}:${10_000 + number}`,
    connect,
    connectNs: connectMs * nsPerMs,
    connectedAt: connect === 'connected' ? ns(from + 1 + connectMs) : null,
    bytesUp: 100,
    bytesDown: 100,
    lastDownAt: at(lastByte),
    clientEnd: 'fin',
    upstreamEnd: 'fin',
  });
  return lines;
}
