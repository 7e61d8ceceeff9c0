import { isAscii } from 'node:buffer';
import { createReadStream } from 'node:fs';
import * as z from 'zod';
import { errnoOf, MidflightError, messageOf } from '../base/errors.ts';
import { hotLines } from './hot-lines.ts';
import { type HistoryEvent, historyEvent, historyVersion } from './schema.ts';

const versioned = z.looseObject({ type: z.literal('header'), version: z.int() });

/**
 * Gives the events of a history file to `take`, in order and one at a time. A last line without its end (the writer was
 * killed) is left out. Throws `missing-file`, or `bad-history` with file:line where a line is no event of this version.
 */
export async function eachEvent(file: string, take: (event: HistoryEvent) => void): Promise<void> {
  const lines = parser(file);
  for await (const text of texts(file)) lines.each(text, take);
  if (lines.count() === 0) throw new MidflightError('bad-history', 'the history is empty', { where: file });
}

/** The same, to be asked for. */
export async function* readHistory(file: string): AsyncGenerator<HistoryEvent> {
  const lines = parser(file);
  for await (const text of texts(file)) {
    const events: HistoryEvent[] = [];
    lines.each(text, (event) => events.push(event));
    yield* events;
  }
  if (lines.count() === 0) throw new MidflightError('bad-history', 'the history is empty', { where: file });
}

const newline = 0x0a;

/** The file in pieces of whole lines. */
async function* texts(file: string): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  const stream: AsyncIterable<Buffer> = createReadStream(file, { highWaterMark: 1 << 20 });
  try {
    for await (const chunk of stream) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = bytes.lastIndexOf(newline) + 1;
      rest = bytes.subarray(end);
      const whole = bytes.subarray(0, end);
      // Several times quicker, and the same for ASCII.
      yield whole.toString(isAscii(whole) ? 'latin1' : 'utf8');
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EISDIR') {
      throw new MidflightError('missing-file', 'there is no history', {
        where: file,
        hint: 'name the folder of a report; it holds history.ndjson',
      });
    }
    throw error;
  }
}

function parser(file: string) {
  const hot = hotLines();
  let number = 0;
  return {
    each(text: string, take: (event: HistoryEvent) => void): void {
      for (let at = 0; at < text.length; ) {
        number += 1;
        // The first line tells the version before anything else is believed.
        const event = number === 1 ? null : hot.read(text, at);
        if (event !== null) {
          at = hot.next;
          take(event);
        } else {
          const end = text.indexOf('\n', at);
          take(parseLine(text.slice(at, end), `${file}:${number}`, number));
          at = end + 1;
        }
      }
    },
    count: () => number,
  };
}

function parseLine(line: string, where: string, number: number): HistoryEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new MidflightError('bad-history', `no JSON: ${messageOf(error)}`, { where });
  }
  if (number === 1) checkVersion(value, where);
  const parsed = historyEvent.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue === undefined ? '' : `${issue.path.join('.') || 'type'}: ${issue.message}`;
  throw new MidflightError('bad-history', `no event of a history: ${at}`, { where });
}

function checkVersion(value: unknown, where: string): void {
  const found = versioned.safeParse(value);
  if (!found.success) {
    throw new MidflightError('bad-history', 'the first line is no header of a history', { where });
  }
  if (found.data.version !== historyVersion) {
    throw new MidflightError(
      'bad-history',
      `version ${found.data.version}; this midflight reads version ${historyVersion}`,
      { where, hint: 'use the midflight that wrote it' },
    );
  }
}
