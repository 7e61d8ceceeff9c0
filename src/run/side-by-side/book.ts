import type { HistoryEvent } from '../../history/schema.ts';

/** What a cluster's events have said of it: the last word on each of its parts. */
interface ClusterBook {
  take(event: HistoryEvent): void;
  /**
   * What has to stand before another trial on it, so that a reader who has just seen a trial of another cluster knows this
   * one: its topology, then each part as it was last recorded, with the time of that. They stand in the order in which they
   * were first recorded, which is the order in which reports show them.
   */
  known(): HistoryEvent[];
}

export function clusterBook(): ClusterBook {
  let topology: HistoryEvent | null = null;
  const last = new Map<string, HistoryEvent>();
  return {
    take(event) {
      if (event.type === 'topology') topology = event;
      const part = partOf(event);
      if (part === null) return;
      if (isGone(event)) last.delete(part);
      else last.set(part, event); // which keeps its place
    },
    known: () => [...(topology === null ? [] : [topology]), ...last.values()],
  };
}

/** The kind and name of an event whose last state outlives a trial; null: it belongs to one moment. */
function partOf(event: HistoryEvent): string | null {
  switch (event.type) {
    case 'node':
    case 'health':
      return `${event.type} ${event.node}`;
    case 'pod':
      return `pod ${event.pod}`;
    case 'endpoints':
    case 'service':
      return `${event.type} ${event.service}`;
    case 'reconcile':
      return 'reconcile';
    default:
      return null;
  }
}

/** A node that is gone counts as one that is not ready; of a pod nobody asks any more. */
const isGone = (event: HistoryEvent) => event.type === 'pod' && event.change === 'deleted';
