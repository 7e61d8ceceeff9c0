import type { EventOf, HistoryEvent } from '../../history/schema.ts';
import type { RunRecord, TrialRecord } from '../records.ts';
import { connections } from './connections.ts';
import { nodes } from './nodes.ts';
import { services } from './services.ts';
import { type TrialFold, trialFold } from './trial.ts';

/** Folds the events of a history into trials; each is given out when it is over, and then forgotten. */
export interface Fold {
  /** Takes the next event. Returns what it ended: a trial, and the start of a request. */
  take(event: HistoryEvent): {
    readonly trial: TrialRecord | null;
    readonly started: EventOf<'start'> | null;
  };
  /** A trial that the history breaks off in. */
  rest(): TrialRecord | null;
  run(): RunRecord | null;
  readonly finish: EventOf<'finish'> | null;
  readonly notes: readonly EventOf<'note'>[];
  /** The last instant of any event. */
  readonly lastSeen: number;
}

const nothing = { trial: null, started: null };

export function fold(): Fold {
  const cluster = nodes();
  const edge = connections();
  const engines = new Map<string, string>();
  const notes: EventOf<'note'>[] = [];
  const run: { header: EventOf<'header'> | null; topology: EventOf<'topology'> | null } = {
    header: null,
    topology: null,
  };
  const known = services();
  let finish: EventOf<'finish'> | null = null;
  let trial: TrialFold | null = null;
  let lastSeen = 0;

  const begin = (event: EventOf<'trial-start'>) =>
    trialFold(event, {
      connections: edge,
      nodes: cluster.begin(),
      engineOf: (load) => engines.get(load) ?? null,
      nodeOf: (pod) => cluster.podNodes.get(pod) ?? null,
    });
  const close = (end: EventOf<'trial-end'> | null): TrialRecord | null => {
    const closed = trial?.close(end, lastSeen) ?? null;
    trial = null;
    // What comes until the next trial begins belongs to none.
    cluster.begin();
    return closed;
  };

  return {
    take(event) {
      if (event.t > lastSeen) lastSeen = event.t;
      switch (event.type) {
        case 'end':
          return trial === null ? nothing : { trial: null, started: trial.end(event) };
        case 'edge-open':
          edge.opened(event);
          return nothing;
        case 'edge-close':
          edge.closed(event);
          return nothing;
        case 'edge-request':
          edge.sent(event);
          return nothing;
        case 'edge-response':
          edge.ended(event);
          return nothing;
        case 'header':
          run.header = event;
          known.begin(event.plan);
          for (const { name, kind } of event.plan.load) {
            if (kind === 'autocannon' || kind === 'k6') engines.set(name, kind);
          }
          return nothing;
        case 'topology':
          // A second one is another cluster, as trials ran side by side: nothing is known of it yet, and it has a time of its own.
          if (run.topology !== null) {
            cluster.forget();
            lastSeen = event.t;
          }
          run.topology = event;
          return nothing;
        case 'trial-start':
          trial = begin(event);
          return nothing;
        case 'trial-end':
          return { trial: close(event), started: null };
        case 'health':
        case 'node':
        case 'endpoints':
        case 'pod':
          cluster.take(event);
          return nothing;
        case 'service':
          known.take(event);
          trial?.take(event);
          return nothing;
        case 'note':
          notes.push(event);
          return nothing;
        case 'finish':
          finish = event;
          return nothing;
        default:
          trial?.take(event);
          return nothing;
      }
    },
    rest: () => close(null),
    run() {
      const { header, topology } = run;
      return header === null ? null : { header, topology, ...known.record, podNodes: cluster.podNodes };
    },
    get finish() {
      return finish;
    },
    notes,
    get lastSeen() {
      return lastSeen;
    },
  };
}
