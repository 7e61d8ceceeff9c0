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
  await eachEvent(history, (event) => {
    if (event.type === 'start' && event.id === id) start = event;
    else if (event.type === 'end' && event.id === id) end = event;
    else if (event.type === 'ingress' && event.id === id) logged.push(event);
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
  await eachEvent(history, (event) => {
    if (event.type === 'edge-open') {
      // A kept connection may be older than its request; the last that was opened is its own.
      const inTime = event.t <= last + slack && (kept || event.t >= started.t - slack);
      if (local !== null && event.client === local && inTime) opened = event;
    } else if (event.type === 'edge-close') {
      if (opened !== null && event.conn === opened.conn) closed = event;
    } else if (
      notable.has(event.type) &&
      event.t >= started.t - time.ns(aroundMs) &&
      event.t <= last + time.ns(aroundMs)
    )
      around.push(event);
  });
  return { start: started, end: ended, opened, closed, logged, around: around.sort((a, b) => a.t - b.t) };
}
