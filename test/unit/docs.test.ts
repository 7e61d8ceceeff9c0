import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { packageRoot } from '../../src/base/package.ts';

/* The pages are held to what is there: their links, the folders they map, the packages they explain. */
const root = packageRoot();
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];

for (const page of pages) {
  test(`${page}: every link leads somewhere`, () => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const broken = links
      .filter((link) => !/^(https?:|#)/.test(link))
      .map((link) => link.replace(/#.*/, ''))
      .filter((link) => !existsSync(join(root, dirname(page), link)));
    assert.equal(broken, []);
  });
}

test('docs/whats-here.md maps every folder of the repository and every page', () => {
  const map = read('docs/whats-here.md');
  const ignored = new Set(['.git', 'node_modules', 'dist', 'src', 'docs']);
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !ignored.has(entry.name))
    .map(({ name }) => `\`${name}/\``);
  const inDocs = readdirSync(join(root, 'docs'))
    .filter((name) => name !== 'whats-here.md')
    .map((name) => `](${name}`);
  assert.equal(
    [...folders, ...inDocs].filter((text) => !map.includes(text)),
    [],
  );
});

test('docs/dependencies.md explains the packages of package.json, and no others', () => {
  const manifest = z
    .object({ dependencies: z.never().optional(), devDependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(read('package.json')));
  const rows = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name);
  const packages = Object.keys(manifest.devDependencies);
  assert.equal(rows.sort(), packages.sort());
});

test('the packages of package.json have licences that ask for no more than their text', () => {
  const { devDependencies } = z
    .object({ devDependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(read('package.json')));
  const { packages } = z
    .object({ packages: z.record(z.string(), z.object({ license: z.string().optional() })) })
    .parse(JSON.parse(read('package-lock.json')));
  const free = ['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC'];
  const others = Object.keys(devDependencies).flatMap((name) => {
    const licence = packages[`node_modules/${name}`]?.license ?? 'none';
    return licence.split(' OR ').some((one) => free.includes(one)) ? [] : [`${name}: ${licence}`];
  });
  assert.equal(others, []);
});

test('docs/facts/README.md and the decisions are in order', () => {
  const index = read('docs/facts/README.md');
  const missing = readdirSync(join(root, 'docs', 'facts')).filter(
    (file) => file !== 'README.md' && !index.includes(`](${file})`),
  );
  assert.equal(missing, []);
  const numbers = readdirSync(join(root, 'docs', 'decisions')).map((file) => file.slice(0, 3));
  assert.equal(numbers, [...new Set(numbers)], 'no number twice');
  for (const file of readdirSync(join(root, 'docs', 'decisions'))) {
    const text = read(join('docs', 'decisions', file));
    for (const part of ['**Context.**', '**Choice.**', '**Consequence.**']) assert.match(text, part, file);
  }
});

test('the README names every command and every experiment', async () => {
  const readme = read('README.md');
  const commands = readdirSync(join(root, 'src', 'cli', 'commands')).map((file) => file.replace('.ts', ''));
  const experiments = readdirSync(join(root, 'experiments'));
  const missing = [
    ...commands.filter(
      (name) => !readme.includes(`midflight ${name} `) && !readme.includes(`midflight ${name}\``),
    ),
    ...experiments.filter((file) => !readme.includes(`(experiments/${file})`)),
  ];
  assert.equal(missing, []);
});

// What is tracked speaks of the project alone, and of no machine that it was made on.
test('no file names a place of the machine that it was written on', () => {
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
  const text = tracked.filter(
    (file) => /\.(ts|mjs|md|ya?ml|json|sh)$/.test(file) && existsSync(join(root, file)),
  );
  const places = [/\/work\/(main|shared)\b/, /\/root\/(?!go\b)/, /\/home\/[a-z]+\//];
  const found = text.filter((file) => {
    if (relative('test/unit', file) === 'docs.test.ts') return false;
    const content = read(file);
    return places.some((place) => place.test(content));
  });
  assert.equal(found, []);
});

test.run();
