import { isAscii } from 'node:buffer';
import * as z from 'zod';
import { MidflightError, messageOf } from '../base/errors.ts';
import { packageVersion } from '../base/package.ts';
import { type Block, sealedBlocks } from './blocks.ts';
import { fastLines } from './fast-lines.ts';
import { orderCheck } from './order.ts';
import { type HistoryEvent, historyEvent, historyVersion } from './schema.ts';

/** How a history ended. */
interface HistoryEnding {
  /** Something follows its last checksum, and is not believed: whoever wrote it was killed. */
  readonly breaksOff: boolean;
}

/**
 * Gives the events of a history file to `take`, in order and one at a time; checksum lines are not among them. Only what a
 * checksum seals is given. Throws `missing-file`, or `bad-history` with file:line if a line is not as it was written, is
 * no event of this version, or is at a place where none of its kind can be.
 */
export async function eachEvent(file: string, take: (event: HistoryEvent) => void): Promise<HistoryEnding> {
  const lines = parser(file);
  const blocks = sealedBlocks(file, lines.header);
  for (;;) {
    const { done, value } = await blocks.next();
    if (done) return value;
    for (const block of value) lines.each(block, take);
  }
}

/** The same, to be asked for. */
export async function* readHistory(file: string): AsyncGenerator<HistoryEvent, HistoryEnding> {
  const lines = parser(file);
  const blocks = sealedBlocks(file, lines.header);
  for (;;) {
    const { done, value } = await blocks.next();
    if (done) return value;
    const events: HistoryEvent[] = [];
    for (const block of value) lines.each(block, (event) => events.push(event));
    yield* events;
  }
}

function parser(file: string) {
  const hot = fastLines();
  const order = orderCheck();
  let writtenBy = '';
  return {
    header(line: string): void {
      writtenBy = checkVersion(line, `${file}:1`);
    },
    each({ bytes, line }: Block, take: (event: HistoryEvent) => void): void {
      // Several times quicker, and the same for ASCII.
      const text = bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
      let number = line;
      for (let at = 0; at < text.length; number += 1) {
        let event = hot.read(text, at);
        if (event !== null) at = hot.next;
        else {
          const end = text.indexOf('\n', at);
          event = parseLine(text.slice(at, end), `${file}:${number}`, writtenBy);
          at = end + 1;
        }
        const what = order.problem(event);
        if (what !== null) throw new MidflightError('bad-history', what, { where: `${file}:${number}` });
        take(event);
      }
    },
  };
}

function parseLine(line: string, where: string, writtenBy: string): HistoryEvent {
  const parsed = historyEvent.safeParse(jsonOf(line, where));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue === undefined ? '' : `${issue.path.join('.') || 'type'}: ${issue.message}`;
  const hint = writtenBy === packageVersion() ? undefined : `use midflight ${writtenBy}, which wrote it`;
  throw new MidflightError('bad-history', `no event of a history: ${at}`, {
    where,
    ...(hint === undefined ? {} : { hint }),
  });
}

function jsonOf(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new MidflightError('bad-history', `no JSON: ${messageOf(error)}`, { where });
  }
}

const versioned = z.looseObject({
  type: z.literal('header'),
  version: z.int(),
  midflightVersion: z.string(),
});

/** The version of midflight that wrote the history. */
function checkVersion(line: string, where: string): string {
  const found = versioned.safeParse(jsonOf(line, where));
  if (!found.success) {
    throw new MidflightError('bad-history', 'the first line is no header of a history', { where });
  }
  const { version, midflightVersion } = found.data;
  if (version !== historyVersion) {
    throw new MidflightError(
      'bad-history',
      `version ${version}; this midflight reads version ${historyVersion}`,
      { where, hint: `use midflight ${midflightVersion}, which wrote it` },
    );
  }
  return midflightVersion;
}
