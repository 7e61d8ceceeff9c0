import type { CommonCommand, CommonReport } from '../../base/protocol.ts';
import type { Message, RoleHandle } from '../../base/role.ts';
import { nsPerMs } from '../../base/units.ts';
import type { EventOf } from '../../history/schema.ts';
import { movedMessage } from '../message-times.ts';

/*
 * An agent's monotonic clock is its machine's own. Every answer to a ping has its time: half of the way there and back is how
 * far the offset read from it may be wrong. The quickest of the last answers counts, so that a drift is followed.
 */

/** Answers kept: with two pings a second, half a minute. */
const kept = 60;
/** Pings at the beginning, one after the other. */
const firstPings = 10;
/** A change of the offset or its error that is written down again. */
const noteworthyNs = nsPerMs;

interface Offset {
  /** What to add to a time of the agent. */
  readonly offsetNs: number;
  readonly errorNs: number;
}

type ClockOffsetEvent = EventOf<'clock-offset'>;

interface OffsetReader {
  asked(): void;
  /** Takes the agent's time in an answer. */
  answered(theirs: number): void;
  /** The best known now; null: there was no answer yet. */
  best(): Offset | null;
}

export function offsetReader(now: () => number): OffsetReader {
  const last: Offset[] = [];
  let askedAt: number | null = null;
  return {
    asked() {
      askedAt ??= now();
    },
    answered(theirs) {
      if (askedAt === null) return;
      const at = now();
      last.push({
        offsetNs: Math.round((askedAt + at) / 2 - theirs),
        errorNs: Math.round((at - askedAt) / 2),
      });
      if (last.length > kept) last.shift();
      askedAt = null;
    },
    best: () =>
      last.reduce<Offset | null>(
        (found, one) => (found === null || one.errorNs < found.errorNs ? one : found),
        null,
      ),
  };
}

/**
 * The agent's handle with all times on our clock; `clock-offset` events report by how much they were moved. Resolves once the
 * clocks have been compared.
 */
export async function onOneClock<Command extends Message, Report extends Message, Ready>(
  handle: RoleHandle<Command, Report, Ready>,
  now: () => number,
): Promise<RoleHandle<Command, Report | ClockOffsetEvent, Ready>> {
  const reader = offsetReader(now);
  const handlers = new Set<(message: Report | ClockOffsetEvent | CommonReport) => void>();
  let noted: Offset | null = null;
  const note = (offset: Offset) => {
    noted = offset;
    const message = { type: 'clock-offset', t: now(), process: handle.name, ...offset } as const;
    for (const handler of handlers) handler(message);
  };
  const send = (message: Command | CommonCommand) => {
    if (message.type === 'ping') reader.asked();
    handle.send(message);
  };
  const answers: (() => void)[] = [];
  handle.onMessage((message) => {
    const { type, t }: Message = message;
    if (type === 'pong' && typeof t === 'number') {
      reader.answered(t);
      answers.shift()?.();
    }
    const offset = reader.best();
    if (offset !== null && handlers.size > 0) {
      const changed =
        noted === null ||
        Math.abs(offset.offsetNs - noted.offsetNs) > noteworthyNs ||
        Math.abs(offset.errorNs - noted.errorNs) > noteworthyNs;
      if (changed) note(offset);
    }
    const moved = offset === null ? message : movedMessage(message, offset.offsetNs);
    for (const handler of handlers) handler(moved);
  });
  for (let turn = 0; turn < firstPings; turn += 1) {
    const answer = new Promise<void>((resolve) => answers.push(resolve));
    send({ type: 'ping' });
    const ended = handle.exited.then(() => {});
    await Promise.race([answer, ended]);
  }
  return {
    ...handle,
    send,
    onMessage(handler) {
      handlers.add(handler);
      const offset = reader.best();
      if (offset !== null) note(offset);
      return () => handlers.delete(handler);
    },
  };
}
