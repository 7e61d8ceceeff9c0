import type { Nanoseconds } from '../../base/units.ts';
import type { EventOf } from '../../history/schema.ts';
import type { RecordedConnection, RequestRecord } from '../records.ts';

type Response = EventOf<'edge-response'>;

/**
 * The requests of an HTTP balancer: each has a way of its own, whatever connection its client has. Joined by the request's id. A
 * connection to a node leads to one ingress pod for as long as it lasts: what one of its requests shows of that holds for the others.
 */
interface Balanced {
  sent(event: EventOf<'edge-request'>): void;
  ended(event: Response): void;
  /** This request was answered through this ingress node, and nobody will ask for it. */
  answered(id: string, ingressNode: string | null): void;
  /** Its way in place of its client's connection; null: the log does not show it. */
  connectionOf(record: RequestRecord): RecordedConnection | null;
  /** Before connectionOf() is asked for the last time. */
  learn(records: readonly RequestRecord[]): void;
  clear(): void;
}

interface Way {
  readonly client: string;
  /** The last that it was sent to. */
  readonly node: string | null;
  readonly acceptedAt: Nanoseconds;
  end: Response | null;
}

export function balanced(): Balanced {
  const ways = new Map<string, Way>();
  /** Answered requests whose end at the balancer has not come, and their ingress nodes. */
  const awaited = new Map<string, string | null>();
  /** By the number of the connection to a node. */
  const ingressOf = new Map<number, string>();
  let any = false;
  const learnFrom = ({ upstream }: Response, ingressNode: string | null) => {
    if (upstream !== null && ingressNode !== null) ingressOf.set(upstream.number, ingressNode);
  };
  return {
    sent({ id, client, node, t }) {
      any = true;
      if (id === null || awaited.has(id)) return;
      const before = ways.get(id);
      ways.set(id, { client, node, acceptedAt: before?.acceptedAt ?? t, end: before?.end ?? null });
    },
    ended(event) {
      const { id } = event;
      const way = id === null ? undefined : ways.get(id);
      if (way !== undefined) way.end = event;
      if (id === null || !awaited.has(id)) return;
      learnFrom(event, awaited.get(id) ?? null);
      awaited.delete(id);
      ways.delete(id);
    },
    answered(id, ingressNode) {
      if (!any) return;
      const end = ways.get(id)?.end ?? null;
      if (end === null) return void awaited.set(id, ingressNode);
      learnFrom(end, ingressNode);
      ways.delete(id);
    },
    connectionOf({ id }) {
      const way = ways.get(id);
      if (way === undefined) return null;
      const { client, node, acceptedAt, end } = way;
      const { own = null, status = null, upstream = null } = end ?? {};
      return {
        ...{ client, node, barred: false, acceptedAt },
        openedAt: upstream?.openedAt ?? acceptedAt,
        close: null,
        own: own === null || status === null ? null : { reason: own, status },
        ingressNode: upstream === null ? null : (ingressOf.get(upstream.number) ?? null),
      };
    },
    learn(records) {
      for (const { id, ingressNode } of records) {
        const end = ways.get(id)?.end ?? null;
        if (end !== null) learnFrom(end, ingressNode);
      }
    },
    clear() {
      ways.clear();
      awaited.clear();
      ingressOf.clear();
    },
  };
}
