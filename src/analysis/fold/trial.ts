import { meaningOf } from '../../history/meaning.ts';
import type { EventOf, HistoryEvent } from '../../history/schema.ts';
import type { NodesRecord, TrialRecord } from '../records.ts';
import type { Connections } from './connections.ts';
import { engines } from './engines.ts';
import { ingressLogFold } from './ingress-log.ts';
import { latenessFold } from './lateness.ts';
import { phases } from './phases.ts';
import { requests } from './requests.ts';
import { sources } from './sources.ts';

type Start = EventOf<'start'>;
type End = EventOf<'end'>;

/** The reducers of one trial, wired together. */
export interface TrialFold {
  take(event: HistoryEvent): void;
  /** Takes an end; returns its start. */
  end(end: End): Start | null;
  close(end: EventOf<'trial-end'> | null, lastSeen: number): TrialRecord;
}

/** What outlives a trial. */
interface TrialContext {
  readonly connections: Connections;
  readonly nodes: NodesRecord;
  /** The engine of a load that is not ours; null: it is ours. */
  engineOf(load: string): string | null;
  nodeOf(pod: string): string | null;
}

export function trialFold(start: EventOf<'trial-start'>, context: TrialContext): TrialFold {
  const { engineOf, connections } = context;
  const own = requests((load) => engineOf(load) === null);
  const others = engines();
  const times = phases(meaningOf(start).policy?.final ?? null);
  const late = latenessFold();
  const seen = sources(times);
  const logged = ingressLogFold();

  const ended = (started: Start, end: End) => {
    const engine = engineOf(started.load);
    logged.ended(started.id, engine !== null || end.outcome === 'completed');
    if (engine !== null) return others.ended(started.load, engine, end.outcome);
    seen.ended(started, end);
    const record = own.count(started, end);
    if (record !== null) connections.join(record);
    else if (end.outcome === 'completed') connections.forget(started, end);
  };

  return {
    take(event) {
      switch (event.type) {
        case 'start':
          own.begin(event);
          return logged.started(event.id);
        case 'phase':
        case 'disturbance':
        case 'reconcile':
        case 'service':
          return times.take(event);
        case 'ingress':
          return logged.logged(event, event.node ?? context.nodeOf(event.pod));
        case 'lateness':
        case 'instrument-failed':
          return late.take(event);
        case 'engine-summary':
          return others.summary(event);
      }
    },
    end(end) {
      const started = own.pair(end);
      if (started !== null) ended(started, end);
      else if (end.trial === start.trial) own.record.strayEnds += 1;
      return started;
    },
    close(end, lastSeen) {
      own.finish(lastSeen, ended);
      return {
        start,
        end,
        ...own.record,
        ...times.record,
        ...late.record,
        ...context.nodes,
        ...connections.settle(),
        engines: others.record,
        sources: seen.record,
        logged,
      };
    },
  };
}
