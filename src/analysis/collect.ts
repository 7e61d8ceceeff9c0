import { remembered } from '../base/remember.ts';
import type { EventOf, HistoryEvent, Outcome } from '../history/schema.ts';
import { untoldEnd } from '../history/untold-end.ts';
import { ingressLog } from './ingress-log.ts';
import { joiner } from './join.ts';
import type {
  EngineRecord,
  LaneRecord,
  RequestRecord,
  RunRecord,
  SourceCounts,
  TrialRecord,
} from './records.ts';

type Start = EventOf<'start'>;
type End = EventOf<'end'>;

/** Folds the events of a history into trials; each is given out when it is over, and then forgotten. */
export interface Collector {
  take(event: HistoryEvent): void;
  /** The trial that the last event ended. */
  ended(): TrialRecord | null;
  /** The start of the request that the last event ended. */
  begun(): Start | null;
  /** A trial that the history breaks off in. */
  rest(): TrialRecord | null;
  run(): RunRecord | null;
  readonly finish: EventOf<'finish'> | null;
  readonly notes: readonly EventOf<'note'>[];
  readonly commands: readonly EventOf<'command'>[];
  /** The last instant that any event tells of. */
  readonly lastSeen: number;
}

export function collector(): Collector {
  let header: EventOf<'header'> | null = null;
  let topology: EventOf<'topology'> | null = null;
  let ingressService: string | null = null;
  let finish: EventOf<'finish'> | null = null;
  let trial: TrialRecord | null = null;
  let done: TrialRecord | null = null;
  let begun: Start | null = null;
  let settled = Number.POSITIVE_INFINITY;
  let lastSeen = 0;
  const notes: EventOf<'note'>[] = [];
  const commands: EventOf<'command'>[] = [];
  const podNodes = new Map<string, string>();
  const green = new Set<string>();
  const notReady = new Set<string>();
  const endpoints = new Map<string, EventOf<'endpoints'>['endpoints']>();
  const open = new Map<string, Start>();
  const connections = joiner();
  // One string for all that are equal: JSON.parse makes a new one each time.
  const intern = remembered((text) => text);

  /** Loads of engines that are not ours. */
  const engines = new Map<string, 'autocannon' | 'k6'>();
  const engineOf = (load: string) => engines.get(load) ?? null;
  const laneOf = (at: TrialRecord, start: Start): LaneRecord => {
    const lane = start.lane ?? 'new';
    const found = at.lanes.get(lane) ?? {
      load: start.load,
      goodDueAt: [],
      failed: [],
      opened: 0,
      openedGoodAt: [],
      cancelled: 0,
    };
    at.lanes.set(lane, found);
    return found;
  };
  const endRequest = (at: TrialRecord, start: Start, end: End) => {
    const engine = engineOf(start.load);
    at.logged.ended(start.id, engine !== null || end.outcome === 'completed');
    if (engine !== null) return countEngine(at, start.load, engine, end.outcome);
    if (end.path !== null) countSource(at, start, end, settled, intern);
    if (end.outcome === 'local-error' && end.errno !== null)
      at.localErrors.set(end.errno, (at.localErrors.get(end.errno) ?? 0) + 1);
    const probe = start.kind === 'probe';
    if (end.freshConnection === true) {
      const lane = laneOf(at, start);
      lane.opened += 1;
      if (end.outcome === 'completed') lane.openedGoodAt.push(start.t);
    }
    if (probe && end.outcome === 'cancelled') laneOf(at, start).cancelled += 1;
    else if (probe && end.outcome === 'completed') {
      laneOf(at, start).goodDueAt.push(start.dueAt);
      if (start.lane !== 'reused' && end.local !== null) connections.forget(end.local);
    } else {
      const record = recordOf(start, end, intern);
      connections.join(record);
      (probe ? laneOf(at, start).failed : at.streams).push(record);
    }
  };
  const close = (at: TrialRecord) => {
    connections.settle();
    at.unfinished = open.size;
    // A recorder that died keeps what it had begun: nobody knows what became of those.
    for (const start of open.values()) endRequest(at, start, lostWithItsRecorder(start, lastSeen));
    open.clear();
    connections.clear();
    trial = null;
  };

  return {
    take(event) {
      done = null;
      begun = null;
      if (event.t > lastSeen) lastSeen = event.t;
      switch (event.type) {
        case 'header':
          header = event;
          for (const { name, kind } of event.plan.load) {
            if (kind === 'autocannon' || kind === 'k6') engines.set(name, kind);
          }
          return;
        case 'topology':
          topology = event;
          return;
        case 'trial-start':
          settled = Number.POSITIVE_INFINITY;
          trial = emptyTrial(event, { green, notReady, endpoints });
          return;
        case 'trial-end':
          if (trial === null) return;
          trial.end = event;
          done = trial;
          return close(trial);
        case 'phase':
          trial?.phases.push(event);
          // What starts after this has seen the flip through.
          if (trial?.phases.at(-2)?.phase === 'settle') settled = Math.min(settled, event.t);
          return;
        case 'disturbance':
          trial?.disturbances.push(event);
          return;
        case 'start':
          if (trial === null) return;
          open.set(event.id, event);
          trial.logged.started(event.id);
          if (engineOf(event.load) === null)
            trial.started[event.kind === 'probe' ? 'probes' : 'streams'] += 1;
          return;
        case 'end': {
          const start = open.get(event.id);
          open.delete(event.id);
          if (trial === null) return;
          begun = start ?? null;
          if (start !== undefined) endRequest(trial, start, event);
          else if (event.trial === trial.start.trial) trial.strayEnds += 1;
          return;
        }
        case 'edge-open':
          return connections.opened(event);
        case 'edge-close':
          if (event.upstreamLocal !== null) trial?.edgeHosts.add(intern(hostOf(event.upstreamLocal)));
          return connections.closed(event);
        case 'health':
          if (event.eligible && event.healthy) green.add(event.node);
          else green.delete(event.node);
          trial?.health.push(event);
          return;
        case 'node':
          if (event.ready === 'True') notReady.delete(event.node);
          else notReady.add(event.node);
          trial?.nodes.push(event);
          return;
        case 'endpoints':
          endpoints.set(event.service, event.endpoints);
          trial?.endpoints.push(event);
          return;
        case 'service':
          if (event.policy !== null) ingressService = event.service;
          return;
        case 'pod':
          if (event.node !== null) podNodes.set(event.pod, event.node);
          return;
        case 'ingress':
          trial?.logged.logged(event, event.node ?? podNodes.get(event.pod) ?? null);
          return;
        case 'lateness':
          trial?.lateness.push(event);
          return;
        case 'instrument-failed':
          trial?.instrumentFailures.push(event);
          return;
        case 'engine-summary':
          if (trial !== null) engineRecord(trial, event.load, event.engine).problems.push(...event.problems);
          return;
        case 'note':
          notes.push(event);
          return;
        case 'command':
          commands.push(event);
          return;
        case 'finish':
          finish = event;
          return;
        case 'reconcile':
          // The edge follows seconds after the nodes do; a trial without a fault starts nothing after it has settled.
          if (trial?.disturbances.some(({ kind }) => kind === 'flip')) settled = Math.min(settled, event.t);
          return;
        case 'check':
        case 'kubernetes-event':
        case 'clock-offset':
        case 'checksum':
          return;
      }
    },
    ended: () => done,
    begun: () => begun,
    rest() {
      const left = trial;
      if (left !== null) close(left);
      return left;
    },
    run: () => (header === null ? null : { header, topology, ingressService, podNodes }),
    get finish() {
      return finish;
    },
    notes,
    commands,
    get lastSeen() {
      return lastSeen;
    },
  };
}

export function hostOf(socketAddress: string): string {
  const end = socketAddress.lastIndexOf(':');
  // `[::1]:80`
  return socketAddress.startsWith('[') ? socketAddress.slice(1, end - 1) : socketAddress.slice(0, end);
}

function recordOf(start: Start, end: End, intern: (text: string) => string): RequestRecord {
  const { path } = end;
  const maybe = (text: string | null | undefined) => (text == null ? null : intern(text));
  return {
    id: start.id,
    dueAt: start.dueAt,
    startedAt: start.t,
    lane: start.lane,
    outcome: end.outcome,
    status: end.status,
    endedAt: end.t,
    connectedAt: end.connectedAt,
    firstByteAt: end.firstByteAt,
    firstChunkAt: end.firstChunkAt,
    lastByteAt: end.lastByteAt,
    longestSilenceNs: end.longestSilenceNs,
    local: end.local,
    endpointNode: maybe(path?.endpointNode),
    endpointPod: maybe(path?.endpointPod),
    ingressNode: maybe(path?.ingressNode),
    ingressPod: maybe(path?.ingressPod),
    freshConnection: end.freshConnection,
    connection: null,
  };
}

const lostWithItsRecorder = ({ id, trial }: Start, t: number): End =>
  untoldEnd({ t, trial, id, outcome: 'local-error' });

function engineRecord(trial: TrialRecord, load: string, engine: string): EngineRecord {
  const found: EngineRecord = trial.engines.get(load) ?? {
    load,
    engine,
    started: 0,
    byOutcome: new Map(),
    problems: [],
  };
  trial.engines.set(load, found);
  return found;
}

function countEngine(trial: TrialRecord, load: string, engine: string, outcome: Outcome): void {
  const record = engineRecord(trial, load, engine);
  record.started += 1;
  record.byOutcome.set(outcome, (record.byOutcome.get(outcome) ?? 0) + 1);
}

function countSource(
  trial: TrialRecord,
  start: Start,
  end: End,
  settled: number,
  intern: (text: string) => string,
): void {
  // A kept connection keeps its address through a flip: what counts is what a new one gets.
  if (end.path?.source == null || end.local === null || start.lane === 'reused') return;
  const flip = trial.disturbances.find(({ kind, at }) => kind === 'flip' && at === 'begin');
  // Between the flip and its end both are right.
  const late = start.t >= settled;
  if (!late && flip !== undefined && start.t >= flip.t) return;
  const counts: SourceCounts = late ? trial.sources.late : trial.sources.early;
  const { source } = end.path;
  const client = hostOf(end.local);
  const key = `${source} ${client}`;
  const found = counts.get(key);
  if (found !== undefined) found.count += 1;
  else counts.set(key, { source: intern(source), client: intern(client), count: 1 });
}

function emptyTrial(
  start: EventOf<'trial-start'>,
  state: {
    green: Set<string>;
    notReady: Set<string>;
    endpoints: Map<string, EventOf<'endpoints'>['endpoints']>;
  },
): TrialRecord {
  return {
    start,
    end: null,
    phases: [],
    disturbances: [],
    streams: [],
    lanes: new Map(),
    engines: new Map(),
    health: [],
    nodes: [],
    endpoints: [],
    lateness: [],
    instrumentFailures: [],
    before: {
      green: new Set(state.green),
      notReady: new Set(state.notReady),
      endpoints: new Map(state.endpoints),
    },
    sources: { early: new Map(), late: new Map() },
    logged: ingressLog(),
    edgeHosts: new Set(),
    started: { streams: 0, probes: 0 },
    localErrors: new Map(),
    unfinished: 0,
    strayEnds: 0,
  };
}
