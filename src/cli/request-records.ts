import { clusterTime } from '../analysis/time.ts';
import { eachEvent } from '../history/reader.ts';
import type { EventOf, HistoryEvent } from '../history/schema.ts';
import type { RequestEvents } from '../reports/story.ts';

/** How much before its start and after its end counts as around a request: cluster milliseconds. */
const aroundMs = 5000;
/** Lines of several processes are not in the order of their times: by up to this they may be apart (ns). */
const slack = 5e6;

const notable: ReadonlySet<HistoryEvent['type']> = new Set([
  'disturbance',
  'health',
  'node',
  'endpoints',
  'service',
  'reconcile',
  'phase',
  'pod',
]);

/** Every record of one request and what happened around it, read from the history; null: there is no such request. */
export async function recordsOf(
  history: string,
  id: string,
  timeScale: number,
): Promise<RequestEvents | null> {
  const time = clusterTime(timeScale);
  let start: EventOf<'start'> | null = null;
  let end: EventOf<'end'> | null = null;
  const logged: EventOf<'ingress'>[] = [];
  const sent: EventOf<'edge-request'>[] = [];
  let answered: EventOf<'edge-response'> | null = null;
  // Trials that ran side by side have a cluster each, from its topology on, and their times overlap: what happened on
  // another one is no part of this request's story, and the numbers of its connections are others'.
  let cluster = 0;
  let own = 0;
  await eachEvent(history, (event) => {
    if (event.type === 'topology') cluster += 1;
    if (event.type === 'start' && event.id === id) {
      start = event;
      own = cluster;
    }
    if (event.type === 'end' && event.id === id) end = event;
    else if (event.type === 'ingress' && event.id === id) logged.push(event);
    else if (event.type === 'edge-request' && event.id === id) sent.push(event);
    else if (event.type === 'edge-response' && event.id === id) answered = event;
  });
  const started = start as EventOf<'start'> | null;
  const ended = end as EventOf<'end'> | null;
  if (started === null) return null;
  const local = ended?.local ?? null;
  const last = ended?.t ?? started.t;
  const kept = started.lane === 'reused';
  let opened: EventOf<'edge-open'> | null = null;
  let closed: EventOf<'edge-close'> | null = null;
  const around: HistoryEvent[] = [];
  const isNews = changesOfNodes();
  cluster = 0;
  await eachEvent(history, (event) => {
    if (event.type === 'topology') cluster += 1;
    // What other writers wrote of the first cluster before its topology came is of that one.
    if (Math.max(1, cluster) !== Math.max(1, own)) return;
    const news = isNews(event);
    if (event.type === 'edge-open') {
      // A kept connection may be older than its request; the last that was opened is its own.
      const inTime = event.t <= last + slack && (kept || event.t >= started.t - slack);
      if (local !== null && event.client === local && inTime) opened = event;
    } else if (event.type === 'edge-close') {
      if (opened !== null && event.conn === opened.conn) closed = event;
    } else if (
      notable.has(event.type) &&
      news &&
      event.t >= started.t - time.ns(aroundMs) &&
      event.t <= last + time.ns(aroundMs)
    )
      around.push(event);
  });
  around.sort((a, b) => a.t - b.t);
  return { start: started, end: ended, opened, closed, sent, answered, logged, around };
}

/** False for a node that reports the same as before: its heartbeat. Takes every event, in order. */
function changesOfNodes(): (event: HistoryEvent) => boolean {
  const last = new Map<string, string>();
  return (event) => {
    if (event.type !== 'node') return true;
    const now = `${event.ready} ${event.unschedulable} ${event.excluded ?? false}`;
    const same = last.get(event.node) === now;
    last.set(event.node, now);
    return event.change !== 'modified' || !same;
  };
}
