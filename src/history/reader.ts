import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { errnoOf, MidflightError, messageOf } from '../base/errors.ts';
import { type HistoryEvent, historyEvent, historyVersion } from './schema.ts';

const versioned = z.looseObject({ type: z.literal('header'), version: z.int() });

/**
 * The events of a history file, in order and one at a time. A last line without its end (the writer was killed) is left
 * out. Throws `missing-file`, or `bad-history` with file:line where a line is no event of this version.
 */
export async function* readHistory(file: string): AsyncGenerator<HistoryEvent> {
  let rest = '';
  let number = 0;
  const stream = createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 20 });
  try {
    for await (const chunk of stream) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        number += 1;
        yield parseLine(line, `${file}:${number}`, number);
      }
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
  if (number === 0) throw new MidflightError('bad-history', 'the history is empty', { where: file });
}

function parseLine(line: string, where: string, number: number): HistoryEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new MidflightError('bad-history', `no JSON: ${messageOf(error)}`, { where });
  }
  if (number === 1) checkVersion(value, where);
  else if (isHot(value)) return value;
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

/** Health checks: by far the most lines beside requests, and only ever written by our own edge. */
function isHot(_value: unknown): _value is HistoryEvent {
  return false;
}
