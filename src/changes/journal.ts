import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { MidflightError, messageOf } from '../base/errors.ts';

/*
 * journal.ndjson: what a run has changed, one JSON object a line. A change's line is on the disk before the change is
 * made, so whatever ends the run, the file holds what may have to be undone. Only one process writes it.
 */
const journalVersion = 1;

const owner = z.object({
  runId: z.string(),
  pid: z.int(),
  /** The process' start time, in the system's own words: a process id that is used again has another. */
  startTime: z.string(),
});
type Owner = z.infer<typeof owner>;

const opening = z.object({
  type: z.literal('journal'),
  version: z.literal(journalVersion),
  owner,
  /** What the run was, for a person. */
  what: z.string(),
  /** The place of its changes: a provider's own words, by which its cluster is found again. */
  place: z.record(z.string(), z.union([z.string(), z.boolean(), z.null()])),
  wallTime: z.string(),
});
export type Opening = z.infer<typeof opening>;

const change = z.object({
  type: z.literal('change'),
  id: z.int(),
  kind: z.string(),
  target: z.unknown(),
  before: z.unknown(),
  wanted: z.unknown(),
  /** Wall time, ISO 8601. */
  t: z.string(),
});
export type ChangeLine = z.infer<typeof change>;

/** done: the change was made. undone: it has been set back, or needed nothing. failed: the undo failed; it is still to be done. */
const after = z.object({
  type: z.enum(['done', 'undone', 'failed']),
  id: z.int(),
  detail: z.string().optional(),
  t: z.string(),
});

const line = z.discriminatedUnion('type', [opening, change, after]);
type Line = z.infer<typeof line>;

export interface Journal {
  readonly file: string;
  /** The line is on the disk when this returns. Throws `provider-failed` if it cannot be. */
  append(entry: Line): void;
  close(): void;
  /** Closes it and removes the file: nothing is left to undo. */
  remove(): void;
}

/**
 * Makes the file; throws if it is there already. It gets its name once its first line is on the disk, so that a journal
 * without an owner cannot be left; before that its name holds the process, as partOwner() reads it.
 */
export function createJournal(file: string, first: Omit<Opening, 'type' | 'version'>): Journal {
  const { pid, startTime } = first.owner;
  const part = `${file}.${pid}-${startTime}.part`;
  const journal = writerOf(file, 'ax', part);
  journal.append({ type: 'journal', version: journalVersion, ...first });
  attempt(file, () => {
    if (existsSync(file)) throw new Error('it is there already');
    renameSync(part, file);
    syncFolder(file);
  });
  return journal;
}

/** Whose journal a file is that did not get its name; null: it is no such file. */
export function partOwner(name: string): Pick<Owner, 'pid' | 'startTime'> | null {
  const [, pid, startTime] = /\.(\d+)-([^-]*)\.part$/.exec(name) ?? [];
  return pid === undefined || startTime === undefined ? null : { pid: Number(pid), startTime };
}

/** Goes on writing one that another process has left. A line that its crash cut off is taken away first. */
export function resumeJournal(file: string): Journal {
  const bytes = readFileSync(file);
  const whole = bytes.lastIndexOf('\n') + 1;
  if (whole < bytes.length) attempt(file, () => truncateSync(file, whole));
  return writerOf(file, 'a');
}

function writerOf(file: string, flags: 'a' | 'ax', path = file): Journal {
  const handle = attempt(file, () => openSync(path, flags, 0o600));
  let open = true;
  const close = () => {
    if (open) closeSync(handle);
    open = false;
  };
  return {
    file,
    append(entry) {
      attempt(file, () => {
        writeSync(handle, `${JSON.stringify(entry)}\n`);
        fdatasyncSync(handle);
      });
    },
    close,
    remove() {
      close();
      rmSync(file, { force: true });
    },
  };
}

function attempt<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new MidflightError('provider-failed', `the journal cannot be written: ${messageOf(error)}`, {
      where: file,
      hint: 'without it nothing is changed, since nothing could be undone; free some space, or set MIDFLIGHT_STATE_DIR',
    });
  }
}

/** A file that was made is only there after a crash if its folder was synced too. */
function syncFolder(file: string): void {
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

export interface JournalContent {
  readonly opening: Opening;
  /** What has not been undone, in the order in which it was made. */
  readonly open: readonly ChangeLine[];
  /** Ids of the changes whose `done` is there: the others may or may not have been made. */
  readonly done: ReadonlySet<number>;
  readonly lastId: number;
}

/**
 * Reads a journal. A last line without its end was cut off by a crash and its change was not made: it is left out.
 * Throws `bad-history` with file:line if another line is damaged.
 */
export function readJournal(file: string): JournalContent {
  const text = readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const lines = whole
    .split('\n')
    .slice(0, -1)
    .map((one, index) => parse(one, `${file}:${index + 1}`));
  const [first, ...rest] = lines;
  if (first?.type !== 'journal') {
    throw new MidflightError('bad-history', 'the journal does not begin with its first line', {
      where: file,
    });
  }
  const changes = new Map<number, ChangeLine>();
  const done = new Set<number>();
  let lastId = 0;
  for (const entry of rest) {
    if (entry.type === 'change') {
      changes.set(entry.id, entry);
      lastId = Math.max(lastId, entry.id);
    } else if (entry.type === 'done') done.add(entry.id);
    else if (entry.type === 'undone') changes.delete(entry.id);
  }
  return { opening: first, open: [...changes.values()], done, lastId };
}

function parse(text: string, where: string): Line {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new MidflightError('bad-history', `not JSON: ${messageOf(error)}`, { where });
  }
  const found = line.safeParse(value);
  if (!found.success) throw new MidflightError('bad-history', 'not a line of a journal', { where });
  return found.data;
}
