import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { packageRoot } from '../../../src/base/package.ts';
import { fastLines } from '../../../src/history/fast-lines.ts';
import { historyEvent } from '../../../src/history/schema.ts';
import { goldenHistories } from '../../support/golden.ts';

const hotTypes = ['start', 'end', 'ingress', 'edge-open', 'edge-close'];
const linesOf = (name: string) =>
  readFileSync(join(packageRoot(), 'test', 'histories', `${name}.ndjson`), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
const all = [...goldenHistories.keys()].flatMap(linesOf);
const read = (line: string) => fastLines().read(`${line}\n`, 0);
const hot = all.filter((line) => hotTypes.includes(JSON.parse(line).type));

test('every line of a request is read in the short way, and is what JSON.parse makes of it', () => {
  assert.ok(hot.length > 500);
  for (const line of hot) assert.equal(read(line), JSON.parse(line), line);
});

test('any other line is left to the slow reader', () => {
  const rest = all.filter((line) => !hot.includes(line));
  assert.ok(rest.length > 20);
  for (const line of rest) assert.is(read(line), null, line);
});

test('a line within a text is read from its place, and the next begins behind it', () => {
  const [first = '', second = ''] = hot;
  const reader = fastLines();
  const text = `${first}\n${second}\n`;
  assert.equal(reader.read(text, 0), JSON.parse(first));
  assert.is(reader.next, first.length + 1);
  assert.equal(reader.read(text, reader.next), JSON.parse(second));
  assert.is(reader.next, text.length);
});

// What it accepts the schema must accept too, and as the same: a wrong digit, word, brace or comma anywhere.
test('a line with a mistake is never read as something else than the slow reader would', () => {
  const bits = [
    '',
    '"',
    ',',
    '{',
    '}',
    '0',
    '-1',
    '01',
    '1e9',
    '.5',
    'null',
    'true',
    '\\',
    '\\n',
    'é',
    '\u0001',
    ' ',
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...hot),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(4),
      fc.constantFrom(...bits),
      (line, place, length, bit) => {
        const at = Math.floor(place * line.length);
        const broken = line.slice(0, at) + bit + line.slice(at + length);
        const event = read(broken);
        if (event === null) return;
        assert.equal(event, historyEvent.parse(JSON.parse(broken)), broken);
      },
    ),
    { numRuns: 5000 },
  );
});

for (const [what, change] of [
  ['an unknown outcome', ['"outcome":"completed"', '"outcome":"gone"']],
  ['a path without its node', ['"endpointNode"', '"endpoint"']],
  ['a number with a zero before it', ['"chunks":1', '"chunks":01']],
  ['a number in quotes', ['"chunks":1', '"chunks":"1"']],
  ['another order of fields', ['"id":"r0","outcome":"completed"', '"outcome":"completed","id":"r0"']],
] as const) {
  test(`${what} is left to the slow reader`, () => {
    const line = hot.find((one) => one.includes(change[0])) ?? '';
    assert.ok(line.includes(change[0]));
    assert.is(read(line.replace(change[0], change[1])), null);
  });
}

test.run();
