import type { Message } from '../base/protocol.ts';
import { type HistoryEvent, historyEvent } from './schema.ts';

const recorded: ReadonlySet<string> = new Set(historyEvent.options.map((option) => option.shape.type.value));

/** Whether a message that was checked by its protocol is an event of the history, to be recorded as it is. */
export function isHistoryEvent<M extends Message>(message: M): message is Extract<M, HistoryEvent> {
  return recorded.has(message.type);
}
