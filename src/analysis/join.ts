import type { Nanoseconds } from '../base/units.ts';
import type { EventOf } from '../history/schema.ts';
import type { Connection, RequestRecord } from './records.ts';

/** Joins requests with the edge's connections: by the client's own address and port, and by time. Never by guess. */
export interface Joiner {
  opened(event: EventOf<'edge-open'>): void;
  closed(event: EventOf<'edge-close'>): void;
  /** Gives the record its connection, now and (the edge's line may come later) once more at settle(). */
  join(record: RequestRecord): void;
  /** A request over this address is over and nobody will ask for its connection. */
  forget(local: string): void;
  settle(): void;
  clear(): void;
}

/** Lines of several processes are not in the order of their times: so far they may be apart. */
const slack: Nanoseconds = 5e6;

export function joiner(): Joiner {
  const byClient = new Map<string, Connection[]>();
  const byNumber = new Map<number, Connection>();
  let joined: RequestRecord[] = [];

  /** The last that was opened while the request was under way: ports come round again. A kept one may be older. */
  const find = ({ local, lane, startedAt, endedAt }: RequestRecord) => {
    if (local === null) return undefined;
    const earliest = lane === 'reused' ? Number.NEGATIVE_INFINITY : startedAt - slack;
    return byClient
      .get(local)
      ?.findLast(({ openedAt }) => openedAt >= earliest && openedAt <= endedAt + slack);
  };
  const join = (record: RequestRecord) => {
    record.connection = find(record) ?? record.connection;
  };

  return {
    opened({ conn, client, node, t }) {
      const connection: Connection = { client, node, openedAt: t, close: null };
      byNumber.set(conn, connection);
      const same = byClient.get(client);
      if (same === undefined) byClient.set(client, [connection]);
      else same.push(connection);
    },
    closed(event) {
      const connection = byNumber.get(event.conn);
      byNumber.delete(event.conn);
      if (connection !== undefined) connection.close = event;
    },
    join(record) {
      join(record);
      joined.push(record);
    },
    forget: (local) => void byClient.delete(local),
    settle() {
      for (const record of joined) join(record);
      joined = [];
    },
    clear() {
      byClient.clear();
      byNumber.clear();
      joined = [];
    },
  };
}
