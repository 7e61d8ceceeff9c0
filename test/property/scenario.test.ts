import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isMap, isPair, isScalar, isSeq, parseDocument, stringify } from 'yaml';
import { formatDuration, parseDuration } from '../../src/base/units.ts';
import { makePlan } from '../../src/plan/make.ts';
import { metrics, parseExpectation } from '../../src/scenario/expectation.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { problemsIn } from '../support/problems.ts';
import { yamlFiles } from '../support/scenario-files.ts';

const files = [...yamlFiles('experiments'), ...yamlFiles('test/scenarios', 'valid-')];

/** The problems of a text; anything but a ScenarioError fails the property. */
const problemsOf = (text: string, file = 'x.yaml') =>
  problemsIn(() => {
    const loaded = parseScenario(text, file);
    for (const cluster of ['embedded', 'kind', 'context'] as const) makePlan(loaded, { cluster });
  });

function placed(text: string): boolean {
  const lines = text.split('\n').length;
  return problemsOf(text).every(
    ({ line, col, what }) => line >= 1 && line <= lines && col >= 1 && what !== '',
  );
}

test('any text is a scenario or has problems with places', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), placed), { numRuns: 500 });
});

test('any YAML at all is a scenario or has problems with places', () => {
  const yaml = fc.jsonValue({ maxDepth: 4 }).map((value) => stringify(value));
  fc.assert(fc.property(yaml, placed), { numRuns: 500 });
});

test('any value in the place of any part of a valid file is reported well', () => {
  const file = files.find((name) => name.includes('valid-everything')) ?? '';
  const whole: unknown = parseDocument(readFileSync(file, 'utf8')).toJS();
  const paths = pathsOf(whole);
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('', ' ', '__proto__', 'constructor', -1, 1e21, 0.5, '5 s', '>= ', null),
  );
  fc.assert(
    fc.property(fc.constantFrom(...paths), odd, (path, value) => {
      const document = parseDocument(readFileSync(file, 'utf8'));
      document.setIn(path, document.createNode(value));
      return placed(document.toString());
    }),
    { numRuns: 600 },
  );
});

test('parts of valid files, moved, doubled, nested and mixed, are reported well in bounded time', () => {
  const trees = files.map((file): unknown => parseDocument(readFileSync(file, 'utf8')).toJS());
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const change = fc.record({
    kind: fc.constantFrom('delete', 'double', 'nest', 'swap', 'graft', 'repeat', 'flatten'),
    at: share,
    from: share,
    tree: fc.constantFrom(...trees),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...trees),
      fc.array(change, { minLength: 1, maxLength: 6 }),
      (tree, changes) => {
        const value: { root: unknown } = { root: structuredClone(tree) };
        for (const one of changes) mutate(value, one);
        const text = stringify(value.root, { aliasDuplicateObjects: false });
        const began = process.cpuUsage();
        const well = placed(text);
        const { user, system } = process.cpuUsage(began);
        assert.ok(user + system < 2e6, `${(user + system) / 1e6} s for ${text.length} characters`);
        return well;
      },
    ),
    { numRuns: 400 },
  );
});

interface Mutation {
  readonly kind: string;
  readonly at: number;
  readonly from: number;
  readonly tree: unknown;
}

/** One change of structure at one part of a tree; what it brings is taken from anywhere in another valid file. */
function mutate(value: { root: unknown }, { kind, at, from, tree }: Mutation): void {
  const paths = pathsOf(value.root);
  const path = paths[Math.floor(at * (paths.length - 1))] ?? [];
  const key = path.at(-1);
  const parent = path.slice(0, -1).reduce<unknown>((inner, part) => childOf(inner, part), value.root);
  if (key === undefined || typeof parent !== 'object' || parent === null) return;
  const donors = pathsOf(tree);
  const donor = donors[Math.floor(from * (donors.length - 1))] ?? [];
  const other = structuredClone(donor.reduce<unknown>((inner, part) => childOf(inner, part), tree));
  const own = childOf(parent, key);
  const put = (what: unknown) => Object.assign(parent, { [key]: what });
  if (kind === 'delete')
    Array.isArray(parent) ? parent.splice(Number(key), 1) : Reflect.deleteProperty(parent, key);
  else if (kind === 'double') Array.isArray(parent) ? parent.push(structuredClone(own)) : put([own, own]);
  else if (kind === 'nest') put({ [String(key)]: own });
  else if (kind === 'swap') put(other);
  else if (kind === 'graft') Object.assign(parent, { [String(donor.at(-1) ?? 'x')]: other });
  else if (kind === 'repeat') {
    // A repeated part of a repeated part of … would outgrow this test's own memory.
    const copies = Math.min(300, Math.floor(20_000 / paths.length));
    put(Array.from({ length: copies }, () => structuredClone(own)));
  } else put(JSON.stringify(own));
}

const childOf = (value: unknown, key: string | number): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;

test('any bytes put anywhere into a valid file are reported well', () => {
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const odd = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      '\0',
      '\r',
      '\t',
      '[',
      '{',
      '&a ',
      '*a',
      '!x ',
      '- ',
      ': ',
      '\n---\n',
      '.nan',
      '1e400',
      '__proto__: ',
    ),
  );
  fc.assert(
    fc.property(fc.constantFrom(...texts), share, odd, (text, at, junk) => {
      const place = Math.floor(text.length * at);
      return placed(text.slice(0, place) + junk + text.slice(place));
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('a file cut anywhere is reported well', () => {
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.double({ min: 0, max: 1, noNaN: true }), (text, share) =>
      placed(text.slice(0, Math.floor(text.length * share))),
    ),
    { numRuns: 200 },
  );
});

interface Key {
  readonly file: string;
  readonly text: string;
  readonly key: string;
  readonly offset: number;
}

/** Free words of the writer, which no one can misspell: names of labels and selectors, policies and metrics of `expect`. */
const free = ['labels', 'nodeSelector', 'expect'];

/** Every key of a file that the schema knows. */
function keysOf(file: string): Key[] {
  const text = readFileSync(file, 'utf8');
  const found: Key[] = [];
  const visit = (node: unknown) => {
    if (isSeq(node)) for (const item of node.items) visit(item);
    if (!isMap(node)) return;
    for (const pair of node.items) {
      if (!isPair(pair) || !isScalar(pair.key)) continue;
      const key = String(pair.key.value);
      found.push({ file, text, key, offset: pair.key.range?.[0] ?? -1 });
      if (!free.includes(key)) visit(pair.value);
    }
  };
  visit(parseDocument(text).contents);
  return found;
}

test('every key of every valid file, misspelt, is reported in its line with the nearest word', () => {
  for (const { file, text, key, offset } of files.flatMap(keysOf)) {
    // A letter too much keeps every key but nearest to itself.
    const slip = `${key}x`;
    const spoilt = `${text.slice(0, offset)}${slip}${text.slice(offset + key.length)}`;
    const before = text.slice(0, offset).split('\n');
    const problems = problemsOf(spoilt, file);
    const problem = problems.find(({ what }) => what === `unknown key '${slip}'`);
    if (key === 'kind' && problem === undefined) {
      // Without its kind an item of the load cannot be judged further: that is what is said, at the item.
      assert.ok(
        problems.some(({ what }) => what.endsWith("kind' is missing")),
        `${file}: ${key}`,
      );
      continue;
    }
    assert.equal(
      [problem?.line, problem?.col],
      [before.length, (before.at(-1) ?? '').length + 1],
      `${file}: ${key}`,
    );
    assert.ok(problem?.hint?.startsWith(`did you mean '${key}'?`), `${file}: ${key}: ${problem?.hint}`);
  }
});

test('durations come back from how they are written', () => {
  const part = (unit: string, max: number) =>
    fc.integer({ min: 0, max }).map((amount) => [amount, unit] as const);
  const written = fc.tuple(part('h', 100), part('m', 59), part('s', 59), part('ms', 999));
  fc.assert(
    fc.property(written, (parts) => {
      const text = parts.map(([amount, unit]) => `${amount}${unit}`).join('');
      const [[h], [m], [s], [ms]] = parts;
      return parseDuration(text) === ((h * 60 + m) * 60 + s) * 1000 + ms;
    }),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 999 }),
      (ms) => parseDuration(formatDuration(ms).replace(' ', '')) === ms,
    ),
  );
  fc.assert(fc.property(fc.string(), (text) => parseDuration(` ${text}`) === undefined));
});

test('any condition is read or refused with an example; what is read is written the same again', () => {
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constantFrom('> 0', '<= 5%', '10s'),
  );
  fc.assert(
    fc.property(fc.constantFrom(...metrics.keys()), value, (metric, written) => {
      const result = parseExpectation(metric, written);
      if (!result.ok) return result.hint.startsWith('write ');
      const again = parseExpectation(metric, result.expectation.text.slice(metric.length));
      assert.equal(again, result);
      return true;
    }),
    { numRuns: 1000 },
  );
});

function pathsOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Array.isArray(value)
    ? value.flatMap((item, index) => pathsOf(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]));
  return path.length === 0 ? inner : [path, ...inner];
}

test.run();
