import type { Writable } from 'node:stream';
import type { Path } from '../../history/schema.ts';
import { chunkLine, endLine } from '../protocol.ts';
import { dueTimer } from './due.ts';

/** What one stream sends. Times are real milliseconds. */
interface StreamPlan {
  readonly path: Path;
  readonly durationMs: number;
  readonly intervalMs: number;
  readonly chunkSize: number;
}

interface Stream {
  readonly plan: StreamPlan;
  readonly response: Writable;
  readonly startedMs: number;
  readonly chunks: number;
  sent: number;
}

/** All streams of an app, on one timer. */
interface Streams {
  /** Sends the first chunk at once and the rest as they fall due; the response's head must be set. */
  start(response: Writable, plan: StreamPlan): void;
  stop(): void;
}

/** `now` counts milliseconds, with fractions. */
export function createStreams(now: () => number): Streams {
  const due = dueTimer<Stream>(now, (stream, nowMs) => pump(stream, nowMs));
  const pump = (stream: Stream, nowMs: number) => {
    const { response } = stream;
    if (response.destroyed || response.writableEnded) return;
    // A client that does not read holds its own stream up, and no chunk is left out: it gets what it is owed later.
    if (!sendDue(stream, nowMs)) return void response.once('drain', () => pump(stream, now()));
    if (!response.writableEnded) due.add(stream, nextMs(stream));
  };
  return {
    start(response, plan) {
      const chunks = Math.max(1, Math.ceil(plan.durationMs / plan.intervalMs));
      const startedMs = now();
      pump({ plan, response, startedMs, chunks, sent: 0 }, startedMs);
    },
    stop: due.clear,
  };
}

/** Counted from the start of the stream, so that lateness does not add up. */
function nextMs({ plan, startedMs, chunks, sent }: Stream): number {
  return startedMs + (sent < chunks ? sent * plan.intervalMs : plan.durationMs);
}

/** Sends what is due; false if the socket takes no more for now. */
function sendDue(stream: Stream, nowMs: number): boolean {
  const { plan, response, chunks } = stream;
  while (nextMs(stream) <= nowMs) {
    if (stream.sent === chunks) {
      response.end(endLine(chunks), 'latin1');
      return true;
    }
    const { sent } = stream;
    stream.sent += 1;
    if (!response.write(chunkLine(sent, sent === 0 ? plan.path : null, plan.chunkSize), 'latin1'))
      return false;
  }
  return true;
}
