import { ZodError } from 'zod';
import { adviceOf, MidflightError } from '../base/errors.ts';
import { unlimited } from '../base/signals.ts';
import {
  type AnyKind,
  anyKind,
  type ChangeKind,
  type ChangeScope,
  type Undone,
  type World,
} from './change.ts';
import type { ChangeLine, Journal, JournalContent } from './journal.ts';

/** How one undo ended, for whoever shows it. */
export interface Unwound {
  readonly kind: string;
  readonly what: string;
  readonly result: 'restored' | 'already' | 'left' | 'failed';
  readonly detail: string;
}

/** Makes changes so that each can be undone, whatever ends this process. */
export interface ChangeLog {
  /** Looks, writes the line, makes the change, writes that it was made. */
  make<T, B, W, R>(kind: ChangeKind<T, B, W, R>, target: T, wanted: W): Promise<R>;
  /** A point to unwind to. */
  mark(): number;
  /**
   * Undoes what was made since the mark, the last first. A failure is reported and the others are undone all the same;
   * what failed stays in the journal. Never throws.
   */
  unwind(mark: number, signal: AbortSignal): Promise<Unwound[]>;
  /** What was made since the mark stays as it is: nothing undoes it any more. */
  keep(mark: number): void;
  /** How many changes are not undone. */
  readonly open: number;
  /**
   * Undoes all that is left, as unwind() does, and closes the log: the end of every run, whatever ended it, and of
   * `midflight clean` after one that could not do it itself. Never throws.
   */
  end(signal: AbortSignal): Promise<Unwound[]>;
  /** Removes the journal if nothing is left to undo, else keeps it for `midflight clean`. */
  close(): void;
}

const wentAlong: Undone = { result: 'already', detail: 'it went with the cluster' };

interface Entry {
  readonly line: ChangeLine;
  readonly scope: ChangeScope;
  readonly opened: ReturnType<AnyKind['open']>;
}

interface ChangeLogOptions {
  readonly journal: Journal;
  /** What the changes work on; they get it with the signal of whoever does or undoes them. */
  readonly world: (signal: AbortSignal) => World;
  /** Aborts changes that are being made; an unwinding brings its own. */
  readonly signal: AbortSignal;
  /** Wall time. */
  readonly now: () => Date;
}

/** A log for a run that begins. */
export function changeLog(options: ChangeLogOptions): ChangeLog {
  return logOf(options, [], 0);
}

/** A log of what a dead process left. Throws `bad-history` if a line is of a kind that is not known here. */
export function resumeLog(
  options: ChangeLogOptions,
  content: JournalContent,
  kinds: readonly AnyKind[],
): ChangeLog {
  const entries = content.open.map((line) => openLine(line, kinds));
  return logOf(options, entries, content.lastId);
}

function openLine(line: ChangeLine, kinds: readonly AnyKind[]): Entry {
  const kind = kinds.find((one) => one.kind === line.kind);
  try {
    if (kind !== undefined) return { line, scope: kind.scope, opened: kind.open(line) };
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
  }
  const what =
    kind === undefined ? `has the unknown kind '${line.kind}'` : `does not fit its kind '${line.kind}'`;
  throw new MidflightError('bad-history', `change ${line.id} of the journal ${what}`, {
    hint: 'use the midflight that wrote the journal',
  });
}

function logOf(options: ChangeLogOptions, entries: Entry[], lastId: number): ChangeLog {
  const { journal, now } = options;
  const open = [...entries];
  let id = lastId;
  const stamp = () => now().toISOString();
  const take = (entry: Entry) => open.splice(open.indexOf(entry), 1);
  const undo = async (entry: Entry, work: () => Promise<Undone>): Promise<Unwound> => {
    const { line, opened } = entry;
    const base = { kind: line.kind, what: opened.what };
    try {
      const { result, detail } = await work();
      journal.append({ type: 'undone', id: line.id, detail: `${result}: ${detail}`, t: stamp() });
      take(entry);
      return { ...base, result, detail };
    } catch (error) {
      const detail = adviceOf(error);
      try {
        journal.append({ type: 'failed', id: line.id, detail, t: stamp() });
      } catch {
        // The line only records how it went; the change itself is in the journal, and stays there.
      }
      return { ...base, result: 'failed', detail };
    }
  };
  const log: ChangeLog = {
    async make(kind, target, wanted) {
      const world = options.world(unlimited(options.signal));
      const before = await kind.look(world, target);
      id += 1;
      const line: ChangeLine = { type: 'change', id, kind: kind.kind, target, before, wanted, t: stamp() };
      journal.append(line);
      open.push({ line, scope: kind.scope, opened: anyKind(kind).open(line) });
      const result = await kind.do(world, { target, before, wanted });
      journal.append({ type: 'done', id: line.id, t: stamp() });
      return result;
    },
    mark: () => id,
    async unwind(mark, signal) {
      const results: Unwound[] = [];
      const world = options.world(unlimited(signal));
      const entries = open.filter(({ line }) => line.id > mark);
      const holder = entries.find(({ scope }) => scope === 'holder');
      const goesWith = ({ line, scope }: Entry) =>
        holder !== undefined && scope === 'cluster' && line.id > holder.line.id;
      for (const entry of entries.filter((one) => !goesWith(one)).reverse()) {
        const members: Unwound[] = [];
        const unwound = await undo(entry, async () => {
          const undone = await entry.opened.undo(world);
          // Before the holder's own line: a crash in between must not leave members whose cluster is gone.
          if (entry === holder) {
            for (const member of entries.filter(goesWith).reverse()) {
              members.push(await undo(member, async () => wentAlong));
            }
          }
          return undone;
        });
        results.push(unwound, ...members);
      }
      return results;
    },
    keep(mark) {
      for (const entry of open.filter(({ line }) => line.id > mark)) {
        journal.append({
          type: 'undone',
          id: entry.line.id,
          detail: 'kept: it is as it was wanted',
          t: stamp(),
        });
        take(entry);
      }
    },
    get open() {
      return open.length;
    },
    async end(signal) {
      const unwound = await log.unwind(0, signal);
      log.close();
      return unwound;
    },
    close() {
      if (open.length === 0) journal.remove();
      else journal.close();
    },
  };
  return log;
}
