import { remembered } from '../../base/remember.ts';
import { bareEnd } from '../../history/bare-end.ts';
import type { EventOf } from '../../history/schema.ts';
import type { LaneRecord, RequestRecord, RequestsRecord } from '../records.ts';

type Start = EventOf<'start'>;
type End = EventOf<'end'>;

/** Pairs starts with ends, and sorts our own requests: streams, failed probes, counts of good ones. */
interface Requests {
  readonly record: RequestsRecord;
  begin(start: Start): void;
  /** The start that this end belongs to; null: none, or it had ended already. */
  pair(end: End): Start | null;
  /** Counts an ended request of our own load. Returns its record if it is kept: all but good and cancelled probes. */
  count(start: Start, end: End): RequestRecord | null;
  /** Ends what has no end of its own, once, at the trial's end: nobody knows what became of it. */
  finish(t: number, each: (start: Start, end: End) => void): void;
}

/** `isOwn`: of a load of ours, by its name; engines count their requests themselves. */
export function requests(isOwn: (load: string) => boolean): Requests {
  const open = new Map<string, Start>();
  // One string for all that are equal: JSON.parse makes a new one each time.
  const intern = remembered((text) => text);
  const record: RequestsRecord = {
    streams: [],
    lanes: new Map(),
    started: { streams: 0, probes: 0 },
    localErrors: new Map(),
    unfinished: 0,
    strayEnds: 0,
  };
  const laneOf = ({ lane, load }: Start): LaneRecord => {
    const name = lane ?? 'new';
    const found = record.lanes.get(name) ?? emptyLane(load);
    record.lanes.set(name, found);
    return found;
  };
  const countProbe = (start: Start, end: End): RequestRecord | null => {
    const lane = laneOf(start);
    if (end.freshConnection === true) {
      lane.opened += 1;
      if (end.outcome === 'completed') lane.openedGoodAt.push(start.t);
    }
    if (end.outcome === 'completed') lane.goodDueAt.push(start.dueAt);
    else if (end.outcome === 'cancelled') lane.cancelled += 1;
    else {
      const failed = recordOf(start, end, intern);
      lane.failed.push(failed);
      return failed;
    }
    return null;
  };
  return {
    record,
    begin(start) {
      open.set(start.id, start);
      if (isOwn(start.load)) record.started[start.kind === 'probe' ? 'probes' : 'streams'] += 1;
    },
    pair({ id }) {
      const start = open.get(id) ?? null;
      open.delete(id);
      return start;
    },
    count(start, end) {
      if (end.outcome === 'local-error' && end.errno !== null) {
        record.localErrors.set(end.errno, (record.localErrors.get(end.errno) ?? 0) + 1);
      }
      if (start.kind === 'probe') return countProbe(start, end);
      const stream = recordOf(start, end, intern);
      record.streams.push(stream);
      return stream;
    },
    finish(t, each) {
      record.unfinished = open.size;
      for (const start of open.values()) {
        each(start, bareEnd({ t, trial: start.trial, id: start.id, outcome: 'local-error' }));
      }
      open.clear();
    },
  };
}

const emptyLane = (load: string): LaneRecord => ({
  load,
  goodDueAt: [],
  failed: [],
  opened: 0,
  openedGoodAt: [],
  cancelled: 0,
});

function recordOf(start: Start, end: End, intern: (text: string) => string): RequestRecord {
  const { path } = end;
  const maybe = (text: string | null | undefined) => (text == null ? null : intern(text));
  return {
    id: start.id,
    load: intern(start.load),
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
    bodyBytes: end.bodyBytes,
    local: end.local,
    endpointNode: maybe(path?.endpointNode),
    endpointPod: maybe(path?.endpointPod),
    ingressNode: maybe(path?.ingressNode),
    ingressPod: maybe(path?.ingressPod),
    freshConnection: end.freshConnection,
    connection: null,
  };
}
