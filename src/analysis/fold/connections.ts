import type { Nanoseconds } from '../../base/units.ts';
import type { EventOf } from '../../history/schema.ts';
import type { AcceptDelay, RecordedConnection, RequestRecord } from '../records.ts';
import { acceptDelays } from './accept-delays.ts';
import { balanced } from './balanced.ts';
import { hostOf } from './host.ts';

type End = EventOf<'end'>;

/**
 * Joins requests with the edge's connections by the client's own address and port, and by time. Never by guess. Also
 * finds how late the edge accepted.
 */
export interface Connections {
  opened(event: EventOf<'edge-open'>): void;
  closed(event: EventOf<'edge-close'>): void;
  sent(event: EventOf<'edge-request'>): void;
  ended(event: EventOf<'edge-response'>): void;
  /** Gives the record its connection, now and (the edge's line may come later) once more in settle(). */
  join(record: RequestRecord): void;
  /** This request is over and nobody will ask for its connection. */
  forget(start: EventOf<'start'>, end: End): void;
  /** Ends a trial: the last joins, and what belongs to it. */
  settle(): { acceptDelays: readonly AcceptDelay[]; edgeHosts: ReadonlySet<string> };
}

/** Lines of several processes are not in the order of their times: by up to this they may be apart. */
const slack: Nanoseconds = 5e6;

export function connections(): Connections {
  const byClient = new Map<string, RecordedConnection[]>();
  const byNumber = new Map<number, RecordedConnection>();
  /** Client's connect instants whose `edge-open` has not come. */
  const awaited = new Map<string, Nanoseconds>();
  const ways = balanced();
  /** Clients' connections that an HTTP balancer ends itself: they lead nowhere. */
  const ending = new WeakSet<RecordedConnection>();
  let joined: RequestRecord[] = [];
  let delays = acceptDelays();
  let edgeHosts = new Set<string>();
  let lastHost = '';

  /** The last that was opened while the request was under way: ports come round again. A kept one may be older. */
  const find = ({ local, lane, startedAt, endedAt }: RequestRecord) => {
    if (local === null) return undefined;
    const earliest = lane === 'reused' ? Number.NEGATIVE_INFINITY : startedAt - slack;
    return byClient
      .get(local)
      ?.findLast(({ openedAt }) => openedAt >= earliest && openedAt <= endedAt + slack);
  };
  const join = (record: RequestRecord) => {
    const found = find(record);
    if (found === undefined || !ending.has(found)) record.connection = found ?? record.connection;
    else record.connection = ways.connectionOf(record);
  };

  const reachedFrom = (local: string | null) => {
    if (local === null) return;
    const host = hostOf(local);
    if (host === lastHost) return;
    lastHost = host;
    edgeHosts.add(host);
  };

  return {
    opened({ conn, client, node, t, barred = false, http = false }) {
      const connection: RecordedConnection = {
        ...{ client, node, barred, acceptedAt: t, openedAt: t },
        close: null,
      };
      if (http) ending.add(connection);
      byNumber.set(conn, connection);
      const connectedAt = awaited.get(client);
      if (connectedAt !== undefined) {
        delays.add(connectedAt, t);
        awaited.delete(client);
      }
      const same = byClient.get(client);
      if (same === undefined) byClient.set(client, [connection]);
      else same.push(connection);
    },
    closed(event) {
      const connection = byNumber.get(event.conn);
      byNumber.delete(event.conn);
      if (connection !== undefined) connection.close = event;
      reachedFrom(event.upstreamLocal);
    },
    sent: ways.sent,
    ended(event) {
      ways.ended(event);
      reachedFrom(event.upstream?.local ?? null);
    },
    join(record) {
      join(record);
      joined.push(record);
    },
    forget({ id, t: startedAt }, { t: endedAt, local, connectedAt, freshConnection, path }) {
      ways.answered(id, path?.ingressNode ?? null);
      // A kept connection was opened for an earlier request.
      if (local === null || freshConnection === false) return;
      const same = byClient.get(local);
      const own = same?.findLast(
        ({ openedAt }) => openedAt >= startedAt - slack && openedAt <= endedAt + slack,
      );
      if (connectedAt !== null) {
        if (own === undefined) awaited.set(local, connectedAt);
        else delays.add(connectedAt, own.openedAt);
      }
      if (freshConnection !== null || same === undefined || own === undefined) return;
      if (same.length === 1) byClient.delete(local);
      else same.splice(same.indexOf(own), 1);
    },
    settle() {
      ways.learn(joined);
      for (const record of joined) join(record);
      const taken = new Set(joined.map((record) => find(record)));
      for (const record of joined) {
        const { connectedAt, freshConnection, local, endedAt } = record;
        if (connectedAt === null || local === null || freshConnection === false) continue;
        // Accepted only when its client had given up: that shows how late the edge was, and nothing of the path.
        const later = () =>
          byClient.get(local)?.find((one) => one.openedAt > endedAt + slack && !taken.has(one));
        const accepted = find(record) ?? later();
        if (accepted === undefined) continue;
        taken.add(accepted);
        delays.add(connectedAt, accepted.openedAt);
      }
      const found = { acceptDelays: delays.spans, edgeHosts };
      joined = [];
      ways.clear();
      byClient.clear();
      byNumber.clear();
      awaited.clear();
      delays = acceptDelays();
      edgeHosts = new Set();
      lastHost = '';
      return found;
    },
  };
}
