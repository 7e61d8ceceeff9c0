import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { messageOf } from '../base/errors.ts';
import type { HistoryEvent } from './schema.ts';

/** The one writer of a history file. */
export interface HistoryWriter {
  /** Appends one event; it is in the file some `flushMs` later, whatever becomes of this process. */
  write(event: HistoryEvent): void;
  /** Resolves with the first error of writing (a full disk, say); nothing is written after it. */
  readonly failed: Promise<Error>;
  /** Writes out the rest. Safe to call twice. */
  close(): Promise<void>;
}

/** SIGKILL loses no more than this of real time. */
const flushMs = 50;
/** So much text is written out without waiting for the timer: memory stays small under ten thousand ends at once. */
const flushChars = 1 << 20;

/** Creates the file; throws where that cannot be done. */
export function openHistory(file: string): HistoryWriter {
  const handle = openSync(file, 'w');
  let lines: string[] = [];
  let chars = 0;
  let open = true;
  let broken = false;
  let fail = (_error: Error) => {};
  const failed = new Promise<Error>((resolve) => {
    fail = resolve;
  });
  const flush = () => {
    if (lines.length === 0 || broken) return;
    const bytes = Buffer.from(lines.join(''));
    lines = [];
    chars = 0;
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(handle, bytes, written);
    } catch (error) {
      broken = true;
      fail(error instanceof Error ? error : new Error(messageOf(error)));
    }
  };
  const timer = setInterval(flush, flushMs);
  timer.unref();
  return {
    write(event) {
      if (!open || broken) return;
      const line = `${JSON.stringify(event)}\n`;
      lines.push(line);
      chars += line.length;
      if (chars >= flushChars) flush();
    },
    failed,
    async close() {
      if (!open) return;
      open = false;
      clearInterval(timer);
      flush();
      if (!broken) fsyncSync(handle);
      closeSync(handle);
    },
  };
}
