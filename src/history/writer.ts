import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { messageOf } from '../base/errors.ts';
import { blockBytes, blockLines, longestLine, sealer } from './checksum.ts';
import { reserveRoom } from './reserve.ts';
import type { HistoryEvent } from './schema.ts';

/** The one writer of a history file. */
export interface HistoryWriter {
  /** Appends one event; it is in the file and sealed some `flushMs` later, whatever becomes of this process. */
  write(event: HistoryEvent): void;
  /** Resolves with the first error of writing (a full disk, say); after it only how the run ended is written. */
  readonly failed: Promise<Error>;
  /** Writes out the rest. Safe to call twice. */
  close(): Promise<void>;
}

/** SIGKILL loses no more than this of real time: a history is read to its last checksum. */
const flushMs = 50;
/** Text of this length is written out without waiting for the timer: memory stays small under ten thousand ends at once. */
const flushChars = 1 << 20;

/** What is still written when the disk is full. */
const lastKinds: ReadonlySet<HistoryEvent['type']> = new Set(['trial-end', 'finish']);

/** Creates the file; throws if that cannot be done. */
export function openHistory(file: string): HistoryWriter {
  const handle = openSync(file, 'w');
  let seal = sealer();
  const giveRoom = reserveRoom(file);
  /** Everything that is certain to be in the file. */
  let safe = { bytes: 0, seal: seal.copy() };
  let lines: string[] = [];
  let chars = 0;
  let ready: (Buffer | string)[] = [];
  let readyChars = 0;
  let lastAt = 0;
  let open = true;
  /** The run's last line is written: whatever a process of ours still reports comes too late. */
  let last = false;
  let broken = false;
  /** The disk is full: only how it ended is written yet, into the room that was kept for it. */
  let lastWords = false;
  let fail = (_error: Error) => {};
  const failed = new Promise<Error>((resolve) => {
    fail = resolve;
  });
  const close = (why: Error) => {
    fail(why);
    if (lastWords) {
      broken = true; // not even those
      return;
    }
    lastWords = true;
    lines = [];
    ready = [];
    chars = 0;
    readyChars = 0;
    seal = safe.seal.copy();
    try {
      giveRoom?.();
      ftruncateSync(handle, safe.bytes);
    } catch {
      broken = true;
    }
  };
  /** Ends the block that is being filled. */
  const sealBlock = () => {
    if (lines.length === 0) return;
    const bytes = Buffer.from(lines.join(''));
    seal.add(lines, bytes);
    ready.push(bytes, seal.seal(lastAt));
    readyChars += chars;
    lines = [];
    chars = 0;
  };
  const flush = () => {
    if (broken) return;
    sealBlock();
    if (ready.length === 0) return;
    const bytes = Buffer.concat(ready.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
    ready = [];
    readyChars = 0;
    try {
      // Written at a given offset: what was written in part is overwritten.
      for (let written = 0; written < bytes.length; )
        written += writeSync(handle, bytes, written, bytes.length - written, safe.bytes + written);
      safe = { bytes: safe.bytes + bytes.length, seal: seal.copy() };
    } catch (error) {
      close(error instanceof Error ? error : new Error(messageOf(error)));
    }
  };
  const timer = setInterval(flush, flushMs);
  timer.unref();
  return {
    write(event) {
      if (!open || broken || last) return;
      if (lastWords && !lastKinds.has(event.type)) return;
      const line = `${JSON.stringify(event)}\n`;
      if (line.length * 3 > longestLine && Buffer.byteLength(line) > longestLine) {
        flush();
        return close(new Error(`a line of type ${event.type} is too long: ${line.length} characters`));
      }
      lines.push(line);
      chars += line.length;
      lastAt = event.t;
      if (event.type === 'finish') last = true;
      // The header at once: a run that is killed in its first moments has a report as well.
      const first = event.type === 'header';
      if (first || lines.length === blockLines || chars >= blockBytes / 3) sealBlock();
      if (first || readyChars >= flushChars) flush();
    },
    failed,
    async close() {
      if (!open) return;
      open = false;
      clearInterval(timer);
      flush();
      giveRoom?.();
      if (!broken) fsyncSync(handle);
      closeSync(handle);
    },
  };
}
