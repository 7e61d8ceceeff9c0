import * as z from 'zod/mini';
import { monotonic } from './clock.ts';
import { messageOf } from './errors.ts';
import { eachLine } from './lines.ts';

/*
 * How midflight's own processes talk, the same for a child process and for a container:
 * NDJSON on stdin and stdout. The first line in is the role's configuration; the first line out
 * is {"type":"ready", ...}. When stdin ends the parent is gone, and the process ends itself.
 */

/** A message between a role's process and its parent: anything with a type. */
export interface Message {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The child's side: how a role speaks to its parent. */
export interface RoleContext {
  /** Sends one message; buffered for some 10 ms, in order. */
  emit(message: Message): void;
  /** Writes out what is buffered now. */
  flush(): void;
  /** Every message after the configuration. */
  onMessage(handler: (message: Message) => void): void;
  /** Called once when the parent is gone or asks to end ({"type":"stop"}); then the process exits 0. */
  onStop(handler: () => Promise<void> | void): void;
}

/** A write costs more than a few messages do, and ten thousand streams begin and end thousands of times a second. */
const flushMs = 10;

/** Runs a role: waits for its configuration, checks it, starts `main`, and says ready with what main returns. */
export function serveRole<C>(
  schema: z.core.$ZodType<C>,
  main: (config: C, context: RoleContext) => Promise<Record<string, unknown>>,
): void {
  let buffer: string[] = [];
  let scheduled = false;
  let started = false;
  let stopping = false;
  const handlers: ((message: Message) => void)[] = [];
  const stops: (() => Promise<void> | void)[] = [];

  const flush = () => {
    scheduled = false;
    if (buffer.length === 0) return;
    const text = `${buffer.join('\n')}\n`;
    buffer = [];
    process.stdout.write(text);
  };
  const emit = (message: Message) => {
    buffer.push(JSON.stringify(message));
    if (scheduled) return;
    scheduled = true;
    setTimeout(flush, flushMs);
  };
  const stop = async (code: number) => {
    if (stopping) return;
    stopping = true;
    for (const handler of stops) await handler();
    flush();
    process.stdout.write('', () => process.exit(code));
    setTimeout(() => process.exit(code), 500).unref();
  };
  const begin = (line: string) => {
    started = true;
    main(z.parse(schema, JSON.parse(line)), {
      emit,
      flush,
      onMessage: (handler) => handlers.push(handler),
      onStop: (handler) => stops.push(handler),
    }).then(
      (ready) => {
        emit({ ...ready, type: 'ready', pid: process.pid });
        flush();
      },
      (error: unknown) => {
        emit({ type: 'fatal', message: messageOf(error) });
        void stop(1);
      },
    );
  };

  process.stdout.on('error', () => process.exit(0)); // EPIPE: nobody listens any more
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {}); // the parent decides
  process.on('SIGTERM', () => void stop(0));
  eachLine(process.stdin, (line) => {
    if (!started) return begin(line);
    const message = JSON.parse(line) as Message;
    if (message.type === 'stop') return void stop(0);
    if (message.type === 'ping') {
      emit({ type: 'pong', t: monotonic.now() });
      return flush();
    }
    for (const handler of handlers) handler(message);
  });
  process.stdin.on('end', () => void stop(0));
}

/** The parent's side of one running role, child process or container alike. */
export interface RoleHandle {
  readonly role: string;
  readonly name: string;
  /** What the role said when it was ready. */
  readonly ready: Message;
  send(message: Message): void;
  /** Every message after ready. Returns how to stop listening. */
  onMessage(handler: (message: Message) => void): () => void;
  /** Asks it to end, waits for that, and ends it by force after `graceMs`. Safe to call twice. */
  stop(graceMs?: number): Promise<void>;
  /** Settles when it has ended, for whatever reason. `expected` is true after stop(). */
  readonly exited: Promise<{ code: number | null; signal: string | null; expected: boolean; stderr: string }>;
}
