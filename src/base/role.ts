import * as z from 'zod/mini';
import { monotonic } from './clock.ts';
import { messageOf } from './errors.ts';
import { eachLine } from './lines.ts';
import {
  type CommonCommand,
  type CommonReport,
  type Inbound,
  type Message,
  messageIn,
  Refused,
  read,
} from './protocol.ts';

export type { Message } from './protocol.ts';

/** The child's side: how a role speaks to its parent. */
export interface RoleContext<Command extends Message = Message, Report extends Message = Message> {
  /** Sends one message; buffered for some 10 ms, in order. */
  emit(message: Report | CommonReport): void;
  /** Writes out what is buffered now. */
  flush(): void;
  /** Every command after the configuration. */
  onMessage(handler: (command: Command) => void): void;
  /** Called once when the parent is gone or asks to end ({"type":"stop"}); then the process exits 0. */
  onStop(handler: () => Promise<void> | void): void;
}

/** A write costs more than a few messages do, and ten thousand streams begin and end thousands of times a second. */
const flushMs = 10;

/**
 * Runs a role: waits for its configuration, checks it, starts `main`, and reports ready with what main returns. A command
 * that is not in the protocol is reported as a failure, and nothing is done.
 */
export function serveRole<Config, Command extends Message, Report extends Message>(
  inbound: Inbound<Config, Command>,
  main: (config: Config, context: RoleContext<Command, Report>) => Promise<object>,
): void {
  let buffer: string[] = [];
  let scheduled = false;
  let started = false;
  let stopping = false;
  const handlers: ((command: Command) => void)[] = [];
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
    configured(inbound.config, line)
      .then((config) =>
        main(config, {
          emit,
          flush,
          onMessage: (handler) => handlers.push(handler),
          onStop: (handler) => stops.push(handler),
        }),
      )
      .then(
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
    const message = messageIn(line);
    if (message === null) return emit({ type: 'failed', reason: 'was sent what is no message' });
    if (message.type === 'stop') return void stop(0);
    if (message.type === 'ping') {
      emit({ type: 'pong', t: monotonic.now() });
      return flush();
    }
    const command = read(inbound.command, message);
    if (command instanceof Refused)
      emit({ type: 'failed', reason: `was sent a command, but ${command.reason}` });
    else for (const handler of handlers) handler(command);
  });
  process.stdin.on('end', () => void stop(0));
}

/** The first line. Throws if it is not as the schema has it. */
async function configured<Config>(schema: z.core.$ZodType<Config>, line: string): Promise<Config> {
  return z.parse(schema, JSON.parse(line));
}

/** The parent's side of one running role, child process or container alike. */
export interface RoleHandle<
  Command extends Message = Message,
  Report extends Message = Message,
  Ready = unknown,
> {
  readonly role: string;
  readonly name: string;
  /** What the role reported when it was ready. */
  readonly ready: Ready;
  send(message: Command | CommonCommand): void;
  /** Every message after ready, checked: what is not in the protocol comes as `failed`. Returns how to stop listening. */
  onMessage(handler: (message: Report | CommonReport) => void): () => void;
  /** Asks it to end, waits for that, and ends it by force after `graceMs`. Safe to call twice. */
  stop(graceMs?: number): Promise<void>;
  /** Settles when it has ended, for whatever reason. `expected` is true after stop(). */
  readonly exited: Promise<{ code: number | null; signal: string | null; expected: boolean; stderr: string }>;
}
