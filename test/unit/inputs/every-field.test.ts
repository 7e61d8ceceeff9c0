import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { scenario } from '../../../src/scenario/schema.ts';
import { assertRefused, tellValidate } from '../../support/in-process.ts';
import { yamlFiles } from '../../support/scenario-files.ts';

/* What no field of a kind may hold, tried on every field of that kind that the file of every key has. */

const [file = ''] = yamlFiles('test/scenarios', 'valid-everything');
const source = readFileSync(file, 'utf8');

interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly 'x-minimum'?: string;
}
type Path = readonly (string | number)[];

interface Field {
  readonly path: Path;
  readonly schema: JsonSchema;
}

/** Every part of the file that the schema describes. */
function fields(schema: JsonSchema, value: unknown, path: Path = []): Field[] {
  const here = { path, schema };
  if (Array.isArray(value)) {
    return [here, ...value.flatMap((item, index) => fields(schema.items ?? {}, item, [...path, index]))];
  }
  if (typeof value !== 'object' || value === null) return [here];
  const own = new Map<string, unknown>(Object.entries(value));
  const form = schema.oneOf?.find((one) => one.properties?.kind?.const === own.get('kind')) ?? schema;
  return [
    here,
    ...[...own].flatMap(([key, item]) => {
      const known = form.properties?.[key];
      return known === undefined ? [] : fields(known, item, [...path, key]);
    }),
  ];
}

const root = z.toJSONSchema(scenario, { io: 'input', reused: 'inline' }) as JsonSchema;
const all = fields(root, parseDocument(source).toJS());
const durations = all.filter(({ schema }) => schema['x-minimum'] !== undefined);
const numbers = all.filter(({ schema }) => schema.type === 'number' || schema.type === 'integer');
const words = all.filter(({ schema }) => schema.enum !== undefined && schema.type === 'string');
const switches = all.filter(({ schema }) => schema.type === 'boolean');
const maps = all.filter(({ schema }) => schema.properties !== undefined || schema.oneOf !== undefined);

/** A value as it is written in the file. */
const raw = (document: Document, text: string) => parseDocument(text).contents ?? document.createNode(text);

/** The file with another value at a path, and where its key then stands (the item, in a list). */
function withValue(path: Path, value: string): { text: string; place: string } {
  const document = parseDocument(source);
  document.setIn(path, raw(document, value));
  return { text: document.toString(), place: placeOf(document.toString(), path) };
}

function placeOf(text: string, path: Path): string {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1));
  const last = path.at(-1);
  const pair = isMap(parent)
    ? parent.items.find(({ key }) => isScalar(key) && key.value === last)
    : undefined;
  const node: unknown = pair === undefined ? document.getIn(path, true) : pair.key;
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  const { line } = lines.linePos(Array.isArray(range) ? Number(range[0]) : 0);
  return `<stdin>:${line}:`;
}

async function refused(path: Path, value: string, hint?: RegExp): Promise<void> {
  const { text, place } = withValue(path, value);
  const told = await tellValidate(text);
  const what = `${path.join('.')}: ${value}`;
  assertRefused(told, what);
  assert.ok(
    told.stderr.split('\n').some((line) => line.startsWith(place)),
    `${what}: not at ${place}\n${told.stderr}`,
  );
  if (hint !== undefined) assert.match(told.stderr, hint, what);
}

test('the file has enough of each kind', () => {
  assert.ok(durations.length >= 25, `durations: ${durations.length}`);
  assert.ok(numbers.length >= 20, `numbers: ${numbers.length}`);
  assert.ok(words.length >= 15, `words: ${words.length}`);
  assert.ok(maps.length >= 20, `maps: ${maps.length}`);
});

for (const { path, schema } of durations) {
  const zero = /^0/.test(schema['x-minimum'] ?? '') ? [] : ['0s', '0ms', '0.001ms'];
  const odd = [
    '-1s',
    '99999h',
    '1e20s',
    '5 s',
    '5',
    '0',
    "'5'",
    "''",
    'null',
    '.nan',
    '.inf',
    'true',
    '[]',
    '{}',
    '1d',
    'S5',
  ];
  test(`no duration: ${path.join('.')}`, async () => {
    for (const value of [...zero, ...odd, '100000000000000000000h']) await refused(path, value);
  });
}

for (const { path, schema } of numbers) {
  const odd = [
    '-1',
    '1e20',
    '1e400',
    '.nan',
    '.inf',
    '-.inf',
    '0x7',
    '0o7',

    "'5'",
    "''",
    'null',
    'true',
    '[]',
    '{}',
    'five',
    '1_0',
  ];
  test(`no number: ${path.join('.')}`, async () => {
    for (const value of schema.type === 'integer' ? [...odd, '1.5'] : odd) await refused(path, value);
  });
}

for (const { path, schema } of words) {
  test(`no word of the list: ${path.join('.')}`, async () => {
    const [word] = schema.enum?.map(String) ?? [];
    const upper = word?.toUpperCase() ?? '';
    await refused(path, upper, new RegExp(`did you mean '${word}'\\?`));
    for (const value of ["''", '5', 'null', '[]', 'true', 'nothing-of-the-kind']) await refused(path, value);
  });
}

for (const { path } of switches) {
  test(`neither true nor false: ${path.join('.')}`, async () => {
    await refused(path, 'yes', /write true/);
    await refused(path, 'off', /write false/);
    for (const value of ["'true'", '0', '1', 'null', '[]']) await refused(path, value);
  });
}

for (const { path } of maps) {
  test(`no key, or no map: ${path.join('.') || 'the file'}`, async () => {
    for (const key of [
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'valueOf',
      '<<',
      "''",
      '" "',
    ]) {
      const at = path.length === 0 ? [] : path;
      const document = parseDocument(source);
      const map = at.length === 0 ? document.contents : document.getIn(at);
      if (!isMap(map)) continue;
      map.items.unshift(document.createPair('placeholder', 1));
      const text = document.toString().replace('placeholder', key);
      assertRefused(await tellValidate(text), `${at.join('.')}: ${key}`);
    }
    if (path.length === 0) return;
    for (const value of ['5', 'text', 'null', '[5]']) await refused(path, value);
  });
}

test.run();
