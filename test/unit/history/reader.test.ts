import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MidflightError } from '../../../src/base/errors.ts';
import { longestBlock } from '../../../src/history/checksum.ts';
import { eachEvent, readHistory } from '../../../src/history/reader.ts';
import type { HistoryEvent } from '../../../src/history/schema.ts';
import { history } from '../../support/history.ts';
import { sealedText } from '../../support/sealed.ts';

const folder = mkdtempSync(join(tmpdir(), 'midflight-reader-'));
const file = join(folder, 'history.ndjson');
test.after(() => rmSync(folder, { recursive: true, force: true }));

const events = history()
  .trial(100)
  .streams(3, { from: 200, to: 900 })
  .probes({ from: 200, to: 900 })
  .add({ type: 'note', t: 1e12, level: 'info', code: 'other', text: 'a name beyond ASCII: préemptible, ✗' })
  .endTrial(1000)
  .finish(1100)
  .events();
/** Its lines without their ends; a checksum after every four. */
const lines = sealedText(events, 4).split('\n').slice(0, -1);
const isChecksum = (line: string) => line.startsWith('{"type":"checksum"');
const textOf = (list: readonly string[]) => list.map((line) => `${line}\n`).join('');

async function read(text: string) {
  writeFileSync(file, text);
  const found: HistoryEvent[] = [];
  const { breaksOff } = await eachEvent(file, (event) => found.push(event));
  return { found, breaksOff };
}

async function faultOf(text: string | readonly string[]): Promise<{ line: number; what: string }> {
  try {
    await read(typeof text === 'string' ? text : textOf(text));
  } catch (error) {
    if (!(error instanceof MidflightError)) throw error;
    assert.is(error.code, 'bad-history');
    assert.is(error.exitCode, 64);
    return { line: Number(error.where?.slice(file.length + 1)), what: error.message };
  }
  throw new Error('nothing was thrown');
}

test('gives every event in its order, and no checksum', async () => {
  assert.equal(await read(textOf(lines)), { found: events, breaksOff: false });
  assert.ok(lines.filter(isChecksum).length > 10);
});

test('the same where they are asked for', async () => {
  writeFileSync(file, sealedText(events));
  const found: HistoryEvent[] = [];
  for await (const event of readHistory(file)) found.push(event);
  assert.equal(found, events);
});

test('lines across the borders of what is read at once are whole', async () => {
  const [header, ...rest] = events.filter(({ type }) => type !== 'finish' && !type.startsWith('trial'));
  assert.ok(header !== undefined);
  const start = events.find(({ type }) => type === 'trial-start');
  assert.ok(start !== undefined);
  // Nearly three megabytes, with lines of a length that no border falls on.
  const many = [header, start, ...Array.from({ length: 240 }, () => rest).flat()];
  const text = sealedText(many);
  assert.ok(text.length > 2.2 * 2 ** 20, String(text.length));
  const { found } = await read(text);
  assert.equal(found, many);
});

test('a history that breaks off is read to its last checksum, whatever stands behind it', async () => {
  const at = lines.findLastIndex((line, index) => isChecksum(line) && index < lines.length - 4);
  const sealed = lines.slice(0, at + 1);
  const known = sealed.filter((line) => !isChecksum(line)).map((line) => JSON.parse(line));
  assert.equal(await read(textOf(sealed)), { found: known, breaksOff: false });
  for (const more of [lines[at + 1], `${lines[at + 1]}\n`, '{"type":"end"', '\0\0\0\0', 'no JSON\n']) {
    assert.equal(await read(`${textOf(sealed)}${more}`), { found: known, breaksOff: true });
  }
});

// Each of these gave a report before there were checksums.
for (const [damage, change] of [
  ['removed', (at: number) => lines.toSpliced(at, 1)],
  ['doubled', (at: number) => lines.toSpliced(at, 0, lines[at] ?? '')],
  ['swapped', (at: number) => lines.toSpliced(at, 2, lines[at + 1] ?? '', lines[at] ?? '')],
  [
    'changed',
    (at: number) =>
      lines.with(
        at,
        (lines[at] ?? '').replace(/\d(?=\D*$)/, (n) => `${9 - Number(n)}`),
      ),
  ],
] as const) {
  test(`a line that was ${damage} is found and named`, async () => {
    for (let at = 1; at < lines.length - 6; at += 1) {
      // A checksum has no mark of its own: these are looked at below.
      if (damage === 'swapped' && isChecksum(lines[at + 1] ?? '')) continue;
      if (damage !== 'removed' && damage !== 'doubled' && isChecksum(lines[at] ?? '')) continue;
      const { line, what } = await faultOf(change(at));
      // A line may be doubled behind itself: either of the two is the one too many.
      const right = damage === 'doubled' ? [at + 1, at + 2] : [at + 1];
      assert.ok(right.includes(line), `line ${at + 1} ${damage}: ${line}, ${what}`);
    }
  });
}

test('a checksum that was changed, removed or doubled is named, the last one too', async () => {
  const at = lines.findIndex((line, index) => index > 5 && isChecksum(line));
  const other = (line = '') => line.replace(/.(?="}$)/, (digit) => (digit === '0' ? '1' : '0'));
  const broken = (line = '') => line.replace('checksum', 'chequesum');
  assert.equal((await faultOf(lines.with(at, other(lines[at])))).line, at + 1 - 4);
  assert.equal(await faultOf(lines.with(at, broken(lines[at]))), {
    line: at + 1,
    what: 'the checksum was changed or moved since it was written',
  });
  assert.equal(await faultOf(lines.toSpliced(at, 1)), {
    line: at + 1,
    what: 'a checksum was removed before this line',
  });
  assert.equal((await faultOf(lines.toSpliced(at, 0, lines[at] ?? ''))).line, at + 2);
  assert.equal((await faultOf([...lines, lines.at(-1) ?? ''])).line, lines.length + 1);
  assert.ok((await read(textOf(lines.with(-1, broken(lines.at(-1)))))).breaksOff);
});

test('a block that was moved, removed or taken from another history is found', async () => {
  const [first = 0, second = 0, third = 0] = lines
    .flatMap((line, at) => (isChecksum(line) ? [at + 1] : []))
    .slice(1);
  const [one, two] = [lines.slice(first, second), lines.slice(second, third)];
  const swapped = [...lines.slice(0, first), ...two, ...one, ...lines.slice(third)];
  assert.is((await faultOf(swapped)).line, first + 1);
  const { line, what } = await faultOf(lines.toSpliced(first, second - first));
  assert.equal([line, what], [first + 1, '5 lines were removed before this line']);
  const other = sealedText(
    events.map((event) => (event.type === 'header' ? { ...event, runId: 'other' } : event)),
    4,
  );
  const mixed = [...lines.slice(0, first), ...other.split('\n').slice(first, -1)];
  assert.is((await faultOf(mixed)).line, first + 1);
});

test('the same history twice in a file, and two in one', async () => {
  const { line, what } = await faultOf([...lines, ...lines]);
  assert.equal([line, what], [lines.length + 1, 'a second header: this is more than one history']);
});

test('a history without its checksums is refused once no block can be so long', async () => {
  const bare = lines.filter((line, index) => index < 2 || !isChecksum(line));
  assert.ok((await read(textOf(bare))).breaksOff);
  const many = [...bare.slice(0, 30), ...Array.from({ length: 130 }, () => bare[20] ?? '')];
  assert.equal(await faultOf(many), {
    line: 3,
    what: 'the checksums of the lines from here on were removed',
  });
});

test('a line without end is refused before it is read', async () => {
  const long = 'x'.repeat(longestBlock + 2 ** 21);
  assert.equal(await faultOf(`${textOf(lines.slice(0, 2))}${long}`), {
    line: 3,
    what: 'a line of more than 8 MB',
  });
  assert.equal((await faultOf(long)).what, 'a line of more than 8 MB');
});

test('what is sealed and yet no JSON is named by its number', async () => {
  assert.equal(
    await faultOf(sealedText(events.map((event, at) => (at === 6 ? 'no JSON' : event)))).then(
      ({ line }) => line,
    ),
    8,
  );
});

test('a line that is not an event: the error names what is wrong with it and which version wrote it', async () => {
  const at = events.findIndex(({ type }) => type === 'trial-start');
  const newer = events.map((event, index) =>
    index === at
      ? JSON.stringify({ ...event, policy: 'blue-green' })
      : index === 0
        ? JSON.stringify({ ...event, midflightVersion: '9.9.9' })
        : event,
  );
  writeFileSync(file, sealedText(newer));
  const error = await eachEvent(file, () => {}).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof MidflightError);
  assert.equal([error.code, error.where], ['bad-history', `${file}:${at + 2}`]);
  assert.match(error.message, 'policy');
  assert.is(error.hint, 'use midflight 9.9.9, which wrote it');
});

test('a history of another version is refused, whatever follows', async () => {
  const { line, what } = await faultOf(textOf(lines).replace(/"version":\d+/, '"version":99'));
  assert.is(line, 1);
  assert.match(what, 'version 99');
  const old = events.map((event) => JSON.stringify(event).replace('"version":2', '"version":1'));
  assert.match((await faultOf(textOf(old))).what, 'version 1;');
});

test('a first line that is no header', async () => {
  assert.match((await faultOf(lines.slice(1))).what, 'no header');
});

test('an empty file, one without a whole line, and none', async () => {
  assert.match((await faultOf('')).what, 'empty');
  assert.match((await faultOf('{"type":"header"')).what, 'breaks off before its first checksum');
  rmSync(file);
  const error = await eachEvent(file, () => {}).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof MidflightError && error.code === 'missing-file');
});

test.run();
