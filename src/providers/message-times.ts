import type { Message } from '../base/role.ts';

const isTime = (name: string) => name === 't' || name === 'fromT' || name.endsWith('At');

/** A message with its times `offsetNs` later: `t`, `fromT`, and every field whose name ends in `At` (history's schema). */
export function movedMessage<M extends Message>(message: M, offsetNs: number): M {
  const times = Object.entries(message).flatMap(([name, value]) =>
    typeof value === 'number' && isTime(name) ? [[name, value + offsetNs] as const] : [],
  );
  return Object.assign({ ...message }, Object.fromEntries(times));
}
