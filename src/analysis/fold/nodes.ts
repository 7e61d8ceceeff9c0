import type { EventOf } from '../../history/schema.ts';
import type { Endpoints, NodesRecord, ProcessEnd } from '../records.ts';

type NodeEvent = EventOf<'health'> | EventOf<'node'> | EventOf<'endpoints'> | EventOf<'pod'>;

/** The cluster as watches and the edge showed it: its state, which outlives trials, and what changed in one of them. */
interface Nodes {
  take(event: NodeEvent): void;
  /** Begins the record of a trial, from the state as it is. */
  begin(): NodesRecord;
  readonly podNodes: ReadonlyMap<string, string>;
  /** What comes from now on is of another cluster. */
  forget(): void;
}

export function nodes(): Nodes {
  const green = new Set<string>();
  const notReady = new Set<string>();
  const endpoints = new Map<string, Endpoints>();
  const podNodes = new Map<string, string>();
  const restarts = new Map<string, number>();
  let record = emptyRecord({ green, notReady, endpoints });
  const put = (set: Set<string>, name: string, isIn: boolean) => {
    if (isIn) set.add(name);
    else set.delete(name);
  };
  const processEnd = ({ t, pod, app, node, terminating, restarts: count, phase, change }: EventOf<'pod'>) => {
    const before = restarts.get(pod);
    const now = count ?? 0;
    // A pod that ended for good counts as one end more than its restarts.
    const ends = now + (phase === 'Failed' ? 1 : 0);
    if (change === 'deleted') restarts.delete(pod);
    else restarts.set(pod, ends);
    if (before === undefined || ends <= before || change === 'deleted') return;
    const end: ProcessEnd = { t, pod, app, node, terminating };
    record.processEnds.push(end);
  };
  return {
    take(event) {
      switch (event.type) {
        case 'health':
          put(green, event.node, event.eligible && event.healthy);
          record.health.push(event);
          return;
        case 'node':
          put(notReady, event.node, event.ready !== 'True');
          record.nodes.push(event);
          return;
        case 'endpoints':
          endpoints.set(event.service, event.endpoints);
          record.endpoints.push(event);
          return;
        case 'pod':
          if (event.node !== null) podNodes.set(event.pod, event.node);
          processEnd(event);
      }
    },
    begin() {
      record = emptyRecord({ green, notReady, endpoints });
      return record;
    },
    podNodes,
    forget() {
      for (const known of [green, notReady, endpoints, podNodes, restarts]) known.clear();
    },
  };
}

const emptyRecord = (state: {
  green: ReadonlySet<string>;
  notReady: ReadonlySet<string>;
  endpoints: ReadonlyMap<string, Endpoints>;
}): NodesRecord => ({
  health: [],
  nodes: [],
  endpoints: [],
  processEnds: [],
  before: {
    green: new Set(state.green),
    notReady: new Set(state.notReady),
    endpoints: new Map(state.endpoints),
  },
});
