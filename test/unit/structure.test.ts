import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cliReference } from '../../scripts/cli-reference.ts';
import { formatReference } from '../../scripts/format-reference.ts';
import { packageRoot } from '../../src/base/package.ts';
import { unusedExports } from '../support/exports.ts';

// The data flow, in its order: a folder may import from itself and from those it is allowed here, never back.
const allowed: Record<string, readonly string[]> = {
  base: [],
  kube: ['base'],
  catalogue: ['base'],
  scenario: ['base', 'catalogue'],
  presets: ['base', 'catalogue', 'scenario'],
  plan: ['base', 'catalogue', 'scenario', 'presets', 'kube'],
  history: ['base', 'catalogue', 'plan'],
  changes: ['base', 'kube'],
  workload: ['base', 'plan', 'history', 'kube'],
  edge: ['base', 'catalogue', 'plan', 'history', 'kube'],
  load: ['base', 'catalogue', 'plan', 'history', 'workload'],
  cluster: ['base', 'plan', 'history', 'kube', 'workload', 'edge'],
  providers: [
    'base',
    'catalogue',
    'scenario',
    'plan',
    'history',
    'kube',
    'changes',
    'cluster',
    'workload',
    'edge',
    'load',
  ],
  faults: ['base', 'catalogue', 'scenario', 'plan', 'kube', 'changes', 'workload', 'providers'],
  policies: ['base', 'catalogue', 'scenario', 'plan', 'kube', 'changes', 'workload', 'providers'],
  transit: ['base', 'kube', 'changes', 'edge', 'providers'],
  run: [
    'base',
    'catalogue',
    'scenario',
    'plan',
    'history',
    'kube',
    'changes',
    'workload',
    'edge',
    'load',
    'providers',
    'faults',
    'policies',
    'transit',
  ],
  analysis: ['base', 'catalogue', 'plan', 'history'],
  reports: ['base', 'catalogue', 'plan', 'history', 'analysis'],
  library: ['base', 'catalogue', 'history', 'analysis', 'cli'],
  audit: ['base', 'catalogue', 'scenario', 'presets', 'kube', 'reports'],
  rehearse: ['base', 'catalogue', 'scenario', 'presets', 'plan', 'kube', 'analysis', 'reports', 'audit'],
};

const src = join(packageRoot(), 'src');
const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(src, join(entry.parentPath, entry.name)));

/** Imported files of one file; `valueOnly` leaves out `import type`, which makes no cycle at run time. */
function importsOf(file: string, valueOnly = false): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)(\s+type)?\b[^;'"]*?from\s+'(\.[^']+)'|import\('(\.[^']+)'\)/g,
  );
  return [...found]
    .filter(([, type]) => !valueOnly || type === undefined)
    .map(([, , stated, lazy]) => join(dirname(file), stated ?? lazy ?? ''));
}

const folderOf = (file: string) => file.split('/')[0] ?? '';

test('imports go one way', () => {
  const backward = files.flatMap((file) =>
    importsOf(file)
      .filter((imported) => {
        const [from, to] = [folderOf(file), folderOf(imported)];
        return from !== to && from !== 'cli' && !(allowed[from] ?? []).includes(to);
      })
      .map((imported) => `${file} imports ${imported}`),
  );
  assert.equal(backward, []);
});

test('signals are made by base/signals.ts: times may be fractions, and listeners many', () => {
  const made = /AbortSignal\.(timeout|any)\(|new AbortController\(/;
  const direct = files.filter(
    (file) => file !== join('base', 'signals.ts') && made.test(readFileSync(join(src, file), 'utf8')),
  );
  assert.equal(direct, []);
});

test('every folder has its place in the order', () => {
  const unknown = [...new Set(files.map(folderOf))].filter(
    (folder) => folder !== 'cli' && !(folder in allowed),
  );
  assert.equal(unknown, []);
});

test('no file imports itself in a circle', () => {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, trail: readonly string[]) => {
    if (trail.includes(file)) {
      cycles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const imported of importsOf(file, true))
      if (files.includes(imported)) visit(imported, [...trail, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  assert.equal(cycles, []);
});

test('docs/whats-here.md names every folder', () => {
  const page = readFileSync(join(packageRoot(), 'docs', 'whats-here.md'), 'utf8');
  const folders = new Set(files.map((file) => `src/${folderOf(file)}`));
  const missing = [...folders].filter((folder) => !page.includes(`\`${folder}\``));
  assert.equal(missing, []);
});

/** The parts whose time is a parameter: they run in virtual time too. */
const inGivenTime = ['cluster', 'run'];
/** What reads or waits for the time of the machine. `socket.setTimeout()` is no timer of ours to be turned by a test either. */
const machineTime =
  /\b(setTimeout|setInterval|performance\.now|process\.hrtime|Date\.now)\b|new Date\(\)|\bnode:timers/;

test('the cluster and the conductor take time from their clock only', () => {
  const found = files
    .filter((file) => inGivenTime.includes(folderOf(file)))
    .flatMap((file) =>
      readFileSync(join(src, file), 'utf8')
        .split('\n')
        .flatMap((line, index) => {
          const code = line.replace(/\/\/.*|^\s*\/?\*.*/, '');
          return machineTime.test(code) ? [`${file}:${index + 1} ${code.trim()}`] : [];
        }),
    );
  assert.equal(found, []);
});

// Here too, so that a changed option or schema and its page are never apart on the main branch.
test('the pages that are written from the code are current', () => {
  for (const [page, text] of [
    ['cli.md', cliReference()],
    ['formats.md', formatReference()],
  ] as const) {
    const committed = readFileSync(join(packageRoot(), 'docs', page), 'utf8');
    assert.ok(committed === text, `docs/${page} is stale: npm run schemas`);
  }
});

/** Exported names that stand in two files, and why they mean the same there. */
const sharedNames: Readonly<Record<string, string>> = {
  Node: "Kubernetes' own kind, as the audit and the embedded API server each parse it",
  Service: "Kubernetes' own kind, as the audit and the embedded API server each parse it",
};

/** A command of the command line, or a function of the library, is named as what it calls. */
const isEntry = (file: string) => file.startsWith('cli/commands/') || file.startsWith('library/');

const declaration =
  /^export (?:async )?(?:abstract )?(?:function\*?|const|let|class|interface|type|enum) (\w+)/gm;

/** The files that declare each exported name. */
function declarations(pattern = declaration): Map<string, string[]> {
  const places = new Map<string, string[]>();
  for (const file of files) {
    const found = readFileSync(join(src, file), 'utf8').matchAll(pattern);
    for (const name of new Set([...found].map(([, name = '']) => name)))
      places.set(name, [...(places.get(name) ?? []), file]);
  }
  return places;
}

test('no exported name has two meanings', () => {
  const twice = [...declarations()].filter(
    ([name, all]) => !(name in sharedNames) && all.filter((file) => !isEntry(file)).length > 1,
  );
  assert.equal(twice, []);
});

test('no exception for a shared name is left over', () => {
  const places = declarations();
  assert.equal(
    Object.keys(sharedNames).filter((name) => (places.get(name)?.length ?? 0) < 2),
    [],
  );
});

/** All files of our TypeScript and JavaScript. */
const ourFiles = (): string[] =>
  ['src', 'test', 'bench', 'scripts', 'examples', 'experiments'].flatMap((folder) => {
    const root = join(packageRoot(), folder);
    return readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));
  });

/** The library's exports are for the programs of its users, and k6 reads its script's. */
const forOthers = (file: string) => file.includes('/src/library/') || file.endsWith('/k6/script.ts');

test('what a file exports, types too, is imported by another file', () => {
  const all = ourFiles();
  const unused = unusedExports(
    all.filter((file) => !forOthers(file)),
    all,
  );
  assert.equal(
    unused.map((one) => `${relative(packageRoot(), one)}: take its 'export' away`),
    [],
  );
});

test('an export that nobody imports is found, whatever its kind', () => {
  const folder = mkdtempSync(join(tmpdir(), 'midflight-exports-'));
  try {
    const write = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const all = [
      write('a.ts', 'export interface Used {}\nexport type Unused = string;\nexport const one = 1;\n'),
      write('b.ts', "export { one as two } from './a.ts';\nexport { gone } from './c.ts';\n"),
      write('c.ts', 'export const gone = 1;\nexport async function* also() {}\n'),
      write('d.ts', "import {\n  type Used,\n} from './a.ts';\nimport { two as three } from './b.ts';\n"),
      write('e.ts', 'export const whole = 1;\n'),
      write('f.ts', "const e = await import('./e.ts');\n"),
    ];
    assert.equal(
      unusedExports(all, all).map((one) => relative(folder, one)),
      ['a.ts: Unused', 'b.ts: gone', 'c.ts: also'],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** No file is longer than this, and half of those in src are shorter than that. Lines. */
const [longest, middle] = [300, 100];

const lengthOf = (file: string) => readFileSync(file, 'utf8').split('\n').length - 1;

test('files are short, those of tests and scripts too', () => {
  const tooLong = ourFiles()
    .map((file) => ({ file: relative(packageRoot(), file), lines: lengthOf(file) }))
    .filter(({ lines }) => lines > longest);
  assert.equal(tooLong, []);
  const lengths = files.map((file) => lengthOf(join(src, file))).sort((one, other) => one - other);
  assert.ok((lengths[Math.floor(lengths.length / 2)] ?? 0) < middle);
});

test.run();
