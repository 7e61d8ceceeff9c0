import * as z from 'zod/mini';

/*
 * How midflight's own processes and their parent talk, the same for a child process and for a container: one JSON object
 * a line on stdin and stdout. Each kind of process (role) has one protocol, from which both sides take their types, and
 * whoever receives a message checks it: what is not in the protocol is reported as a failure, never taken or lost.
 */

/** A message: anything with a type. */
export interface Message {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Commands that every role takes: to end itself, and to answer with `pong`. */
export type CommonCommand = { readonly type: 'stop' } | { readonly type: 'ping' };

/** What every role may report beside its own messages: a failure after which it goes on, or one that ends it. */
const commonReport = z.discriminatedUnion('type', [
  z.object({ type: z.literal('failed'), reason: z.string() }),
  z.object({ type: z.literal('fatal'), message: z.string() }),
  z.object({ type: z.literal('pong'), t: z.number() }),
]);
export type CommonReport = z.infer<typeof commonReport>;
const common: ReadonlySet<string> = new Set(['failed', 'fatal', 'pong']);

/** The half of a protocol that the role's own process checks. */
export interface Inbound<Config, Command extends Message> {
  /** The first line, from which the process starts. */
  readonly config: z.core.$ZodType<Config>;
  /** Every line after it. */
  readonly command: z.core.$ZodType<Command>;
}

/** All messages between one role and its parent. */
export interface Protocol<
  Role extends string,
  Config,
  Command extends Message,
  Report extends Message,
  Ready,
> {
  readonly role: Role;
  /** What the parent gives; the process may add defaults. */
  readonly config: z.core.$ZodType<unknown, Config>;
  readonly command: z.core.$ZodType<Command>;
  /** What it sends after it is ready. */
  readonly report: z.core.$ZodType<Report>;
  /** What it sends once it is ready. */
  readonly ready: z.core.$ZodType<Ready>;
}

/** A line of either side as a message; null if it is none: a process that is killed may end in the middle of one. */
export function messageIn(line: string): Message | null {
  try {
    const value: unknown = JSON.parse(line);
    return isMessage(value) ? value : null;
  } catch {
    return null;
  }
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** A message by its schema; else why it is refused. */
export function read<M>(schema: z.core.$ZodType<M>, message: Message): M | Refused {
  const { success, data, error } = z.safeParse(schema, message);
  return success ? data : new Refused(message.type, error);
}

/** A report of a role: one of its own, or one that every role may send. */
export function readRoleReport<Report extends Message>(
  schema: z.core.$ZodType<Report>,
  message: Message,
): Report | CommonReport | Refused {
  return common.has(message.type) ? read(commonReport, message) : read(schema, message);
}

/** A message that its receiver's protocol does not have. */
export class Refused {
  readonly reason: string;

  constructor(type: string, error: z.core.$ZodError) {
    const places = error.issues.map(({ path }) => path.join('.')).filter((place) => place !== '');
    const where = places.length === 0 ? '' : ` (${places.join(', ')})`;
    this.reason = `the message '${type}' is not in its protocol${where}`;
  }
}
