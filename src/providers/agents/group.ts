import { type CommonReport, type Protocol, Refused, read } from '../../base/protocol.ts';
import type { Message, RoleHandle } from '../../base/role.ts';

/** One process of a load that several share. */
export interface Member<
  Command extends Message = Message,
  Report extends Message = Message,
  Ready = unknown,
> {
  readonly handle: RoleHandle<Command, Report, Ready>;
  /** How long after the others it begins, real milliseconds. */
  readonly delayMs: number;
}

/** Calls `work` after a time; returns how to forget it. */
export type After = (ms: number, work: () => void) => () => void;

/**
 * Several processes of one load as if they were one: what is sent to it goes to all, sums of their progress come out, it is
 * idle, and answers, when all of them do, and it has ended as soon as one of them has.
 */
export function groupOf<Command extends Message, Report extends Message, Ready>(
  members: readonly Member<Command, Report, Ready>[],
  protocol: Pick<Protocol<string, never, Command, Report, Ready>, 'role' | 'report'>,
  name: string,
  after: After,
): RoleHandle<Command, Report, Ready> {
  const [first] = members;
  if (first === undefined) throw new Error(`no process for ${name}`);
  const handlers = new Set<(message: Report | CommonReport) => void>();
  const early: (Report | CommonReport)[] = [];
  const say = (message: Report | CommonReport) => {
    if (handlers.size === 0) early.push(message);
    for (const handler of handlers) handler(message);
  };
  /** Sums are a message of our own making: they go through the protocol as any. */
  const checked = (sum: Message): Report | CommonReport => {
    const message = read(protocol.report, sum);
    return message instanceof Refused ? { type: 'failed', reason: message.reason } : message;
  };
  const progress = new Map<number, Message>();
  const waiting = new Map<string, Set<number>>();
  const whenAll = (key: string, member: number, message: Report | CommonReport) => {
    const left = waiting.get(key) ?? new Set(members.keys());
    waiting.set(key, left);
    left.delete(member);
    if (left.size > 0) return;
    waiting.delete(key);
    say(message);
  };
  for (const [index, { handle }] of members.entries()) {
    handle.onMessage((message) => {
      switch (message.type) {
        case 'progress':
          progress.set(index, message);
          return say(checked(sumOf([...progress.values()], message)));
        case 'idle':
        case 'pong':
          return whenAll(message.type, index, message);
        case 'synced':
          return whenAll(`synced ${String(message.id)}`, index, message);
        case 'lateness':
          return say({ ...message, agent: handle.name });
        default:
          return say(message);
      }
    });
  }
  const pending: (() => void)[] = [];
  return {
    role: protocol.role,
    name,
    ready: first.handle.ready,
    send(message) {
      if (message.type !== 'begin') for (const forget of pending.splice(0)) forget();
      for (const { handle, delayMs } of members) {
        if (message.type === 'begin' && delayMs > 0) pending.push(after(delayMs, () => handle.send(message)));
        else handle.send(message);
      }
    },
    onMessage(handler) {
      handlers.add(handler);
      for (const message of early.splice(0)) handler(message);
      return () => handlers.delete(handler);
    },
    async stop(graceMs) {
      await Promise.all(members.map(({ handle }) => handle.stop(graceMs)));
    },
    exited: Promise.race(members.map(({ handle }) => handle.exited)),
  };
}

/** The counts of all, with the rest of the latest message. */
function sumOf(all: readonly Message[], latest: Message): Message {
  const entries = Object.entries(latest).map(([field, value]) => {
    if (typeof value !== 'number' || field === 't') return [field, value];
    return [field, all.reduce((sum, one) => sum + Number(one[field] ?? 0), 0)];
  });
  return { ...Object.fromEntries(entries), type: latest.type };
}
