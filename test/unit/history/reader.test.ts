import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { eachEvent, readHistory } from '../../../src/history/reader.ts';
import type { HistoryEvent } from '../../../src/history/schema.ts';
import { history } from '../../support/history.ts';

const folder = mkdtempSync(join(tmpdir(), 'midflight-reader-'));
const file = join(folder, 'history.ndjson');
test.after(() => rmSync(folder, { recursive: true, force: true }));

const events = history()
  .trial(100)
  .streams(3, { from: 200, to: 900 })
  .probes({ from: 200, to: 900 })
  .endTrial(1000)
  .add({ type: 'note', t: 1e15, level: 'info', code: 'other', text: 'a name beyond ASCII: préemptible, ✗' })
  .finish(1100)
  .events();
const textOf = (list: readonly HistoryEvent[]) => list.map((event) => `${JSON.stringify(event)}\n`).join('');

async function read(text: string): Promise<HistoryEvent[]> {
  writeFileSync(file, text);
  const found: HistoryEvent[] = [];
  await eachEvent(file, (event) => found.push(event));
  return found;
}

async function faultOf(text: string): Promise<MidflightError> {
  try {
    await read(text);
  } catch (error) {
    if (error instanceof MidflightError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('gives every event in its order', async () => {
  assert.equal(await read(textOf(events)), events);
});

test('the same where they are asked for', async () => {
  writeFileSync(file, textOf(events));
  const found: HistoryEvent[] = [];
  for await (const event of readHistory(file)) found.push(event);
  assert.equal(found, events);
});

test('lines across the borders of what is read at once are whole', async () => {
  const [header, ...rest] = events;
  assert.ok(header !== undefined);
  // Nearly three megabytes, with lines of a length that no border falls on.
  const many = Array.from({ length: 240 }, () => rest).flat();
  const text = textOf([header, ...many]);
  assert.ok(text.length > 2.2 * 2 ** 20, String(text.length));
  assert.equal(await read(text), [header, ...many]);
});

test('a last line without its end is left out', async () => {
  const text = textOf(events);
  assert.equal(await read(text.slice(0, -10)), events.slice(0, -1));
});

test('a line that is no JSON is named by its number', async () => {
  const lines = textOf(events).split('\n');
  lines[6] = '{"type":"start","t":';
  const { code, where } = await faultOf(lines.join('\n'));
  assert.equal([code, where], ['bad-history', `${file}:7`]);
});

test('a line that is no event says what is wrong with it', async () => {
  const lines = textOf(events).split('\n');
  const at = lines.findIndex((line) => line.includes('"type":"end"'));
  lines[at] = (lines[at] ?? '').replace('"outcome":"completed"', '"outcome":"gone"');
  const { code, where, message } = await faultOf(lines.join('\n'));
  assert.equal([code, where], ['bad-history', `${file}:${at + 1}`]);
  assert.match(message, 'outcome');
});

test('a history of another version is refused, whatever follows', async () => {
  const { code, message, where } = await faultOf(textOf(events).replace(/"version":\d+/, '"version":99'));
  assert.equal([code, where], ['bad-history', `${file}:1`]);
  assert.match(message, 'version 99');
});

test('a first line that is no header', async () => {
  assert.match((await faultOf(textOf(events.slice(1)))).message, 'no header');
});

test('an empty file, and none', async () => {
  assert.match((await faultOf('')).message, 'empty');
  rmSync(file);
  const error = await eachEvent(file, () => {}).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof MidflightError && error.code === 'missing-file');
});

test.run();
