import type { Message } from '../base/role.ts';

const isTime = (name: string) => name === 't' || name === 'fromT' || name.endsWith('At');

/** A message with its times `offsetNs` later: `t`, `fromT`, and every field whose name ends in `At` (history's schema). */
export function movedMessage(message: Message, offsetNs: number): Message {
  const entries = Object.entries(message).map(([name, value]) => [
    name,
    typeof value === 'number' && isTime(name) ? value + offsetNs : value,
  ]);
  return { ...Object.fromEntries(entries), type: message.type };
}
