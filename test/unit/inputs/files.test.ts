import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packageRoot } from '../../../src/base/package.ts';
import { failureOf } from '../../../src/cli/failure.ts';
import { openScenario } from '../../../src/cli/scenario-files.ts';
import { assertRefused, tell } from '../../support/in-process.ts';

/* What is no scenario file at all, and files that are too large. */
const test = suite('files');
const folder = mkdtempSync(join(tmpdir(), 'midflight-files-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const base = readFileSync(join(packageRoot(), 'test', 'inputs', 'base.yaml'), 'utf8');

async function refused(file: string, wanted: RegExp): Promise<void> {
  for (const command of [['validate'], ['run', '--dry-run'], ['run']]) {
    const told = await tell([...command, file]);
    assertRefused(told, `${command.join(' ')} ${file}`);
    assert.match(told.stderr, wanted);
  }
}

const at = (name: string) => join(folder, name);

const bytes: [name: string, content: string | Buffer, wanted: RegExp][] = [
  ['empty', '', /:1:1: the file is empty/],
  ['spaces', ' \n \n', /:1:1: the file is empty/],
  ['comment', '# nothing\n', /:1:1: the file is empty/],
  ['mark-only', '\uFEFF', /:1:1: the file is empty/],
  ['nothing', '---\n', /the file is empty|'the file' is empty/],
  ['null', 'null\n', /'the file' is empty/],
  ['text', 'hello\n', /'the file' is a text/],
  ['number', '5\n', /'the file' is a number/],
  ['list', '[]\n', /'the file' is a list/],
  ['utf-16le', Buffer.from(`\uFEFF${base}`, 'utf16le'), /:1:1: the file is in UTF-16\n {2}save it as UTF-8/],
  ['utf-16be', Buffer.from(`\uFEFF${base}`, 'utf16le').swap16(), /:1:1: the file is in UTF-16/],
  ['utf-16-bare', Buffer.from(base, 'utf16le'), /:1:2: the file holds a NUL character\n {2}save it as UTF-8/],
  [
    'latin-1',
    Buffer.from(`${base}description: n\u00e4chtlich\n`, 'latin1'),
    /:13:15: this character is not in UTF-8/,
  ],
  [
    'half',
    Buffer.concat([Buffer.from(base), Buffer.from([0xe2, 0x82])]),
    /:13:1: this character is not in UTF-8/,
  ],
  ['surrogate', Buffer.concat([Buffer.from(base), Buffer.from([0xed, 0xa0, 0x80])]), /:13:1: this character/],
  ['nul', `${base}description: a\0b\n`, /:13:15: the file holds a NUL character/],
  ['old-mac', base.replaceAll('\n', '\r'), /:1:11: this line ends with a carriage return alone/],
  ['elf', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0]), /NUL character/],
  ['json-lines', '{"a":1}\n{"b":2}\n', /:2:1: /],
  ['deep-flow', '['.repeat(200_000), /nested too deeply|is not closed|parts/],
  ['deep-flow-closed', `${'['.repeat(400)}${']'.repeat(400)}`, /nested too deeply/],
  ['deep-map', `${'{a: '.repeat(3000)}1${'}'.repeat(3000)}`, /nested too deeply/],
  [
    'deep-block',
    Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join(''),
    /nested too deeply/,
  ],
  ['deep-dashes', `${'- '.repeat(3000)}a`, /nested too deeply/],
  ['long-list', `${base}x: [${'1,'.repeat(400_000)}1]\n`, /more than 100000 parts/],
  ['long-key', `${base}${'k'.repeat(900_000)}: 1\n`, /longer than 1024 characters/],
  [
    'long-text',
    `${base}description: ${'d'.repeat(900_000)}\n`,
    /has 900000 characters\n {2}it must have at most 1000/,
  ],
  ['long-label', base.replace('pool: stable }', `pool: ${'d'.repeat(900_000)} }`), /must be letters, digits/],
  ['too-large', `${base}# ${'c'.repeat(1_000_000)}\n`, /:1:1: the file is larger than 1 MB/],
  [
    'many-items',
    `${base.replace('policies: [Cluster, Local]', `policies: [${'Local, '.repeat(20_000)}]`)}`,
    /20000 items/,
  ],
  [
    'bomb',
    `a: &a [1,1,1,1,1,1,1,1,1]\n${'bcdefghi'
      .split('')
      .map((key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[index]}`).join()}]\n`)
      .join('')}`,
    /references/,
  ],
  ['bomb-of-maps', `${base}x: &x {a: 1}\ny: [${Array(200).fill('*x').join()}]\n`, /more than 100 references/],
];

for (const [name, content, wanted] of bytes) {
  test(`refused: ${name}`, async () => {
    writeFileSync(at(name), content);
    await refused(at(name), wanted);
  });
  test(`refused from standard input: ${name}`, async () => {
    const told = await tell(['validate', '-'], Buffer.from(content));
    assertRefused(told, name);
    assert.match(told.stderr, wanted);
  });
}

test('20,000 unknown keys: 50 are shown, the others counted', async () => {
  const keys = Array.from({ length: 20_000 }, (_, index) => `unknown${index}: ${index}\n`).join('');
  for (const text of [base + keys, `${base}timers:\n${keys.replaceAll(/^/gm, '  ').trimEnd()}\n`]) {
    const told = await tell(['validate', '-'], text);
    assertRefused(told, 'unknown keys');
    assert.is(told.stderr.match(/unknown key/g)?.length, 50);
    assert.match(told.stderr, /\nand 19950 more problems; fix these first\n$/);
  }
});

test('20,000 equal keys, 20,000 labels of a wrong kind', async () => {
  const told = await tell(['validate', '-'], base + 'seed: 1\n'.repeat(20_000));
  assertRefused(told, 'equal keys');
  assert.match(told.stderr, /:14:1: duplicate key 'seed'/);
  const labels = Array.from({ length: 20_000 }, (_, index) => `l${index}: ${index}`).join(', ');
  assertRefused(
    await tell(['validate', '-'], base.replace('pool: stable } }', `pool: stable, ${labels} } }`)),
    'labels',
  );
});

test('no regular file: refused without waiting', async () => {
  mkdirSync(at('folder'));
  execFileSync('mkfifo', [at('fifo')]);
  symlinkSync(at('nowhere'), at('broken.yaml'));
  symlinkSync(at('circle'), at('circle'));
  symlinkSync(at('fifo'), at('to-fifo'));
  const socket = createServer();
  await new Promise<void>((resolve) => socket.listen(at('socket'), resolve));
  await refused(at('folder'), /this is a folder/);
  await refused(at('fifo'), /this is a pipe, not a file\n {2}to read standard input, write -/);
  await refused(at('to-fifo'), /this is a pipe/);
  await refused(at('socket'), /this is a socket/);
  socket.close();
  await refused(at('broken.yaml'), /there is no such file\n {2}name a scenario file/);
  await refused(at('circle'), /go round in a circle/);
  await refused(at('folder/none.yaml'), /there is no such file/);
  await refused(`${at('empty')}/x.yaml`, /there is no such file/);
  for (const device of ['/dev/zero', '/dev/null', '/dev/random', '/dev/tty'])
    await refused(device, /a device, not a file|there is no such file|cannot be read/);
  await refused('x'.repeat(5000), /the name is too long/);
  await refused(at('fol\u001b[2Jder.yaml'), /there is no such file/);
  await refused('..', /this is a folder/);
  await refused('/', /this is a folder/);
});

test('a file that may not be read', async () => {
  writeFileSync(at('secret.yaml'), base);
  chmodSync(at('secret.yaml'), 0);
  chmodSync(folder, 0o711); // it is the file that may not be read, not its folder
  // `validate` and `run` both read with it. Called without a command line, which would load code on the way: a checkout of
  // root's may be closed to others.
  const problem = await unprivileged(() =>
    openScenario(at('secret.yaml'), {
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      env: {},
    }).then(() => undefined, failureOf),
  );
  assert.is(problem?.exitCode, 64);
  assert.match(problem?.text ?? '', /may not be read/);
});

/** Root may read all: does some work as `nobody`. */
async function unprivileged<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  const nobody = 65_534;
  process.setegid?.(nobody);
  process.seteuid?.(nobody);
  try {
    assert.throws(() => readFileSync(at('secret.yaml')), /EACCES/);
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

test('k6 scripts: a folder, an empty one, a pipe, a link to nowhere', async () => {
  writeFileSync(at('empty.js'), '');
  writeFileSync(at('large.js'), 'x'.repeat(1_000_001));
  if (!readable('pipe.js')) execFileSync('mkfifo', [at('pipe.js')]);
  symlinkSync(at('nowhere.js'), at('link.js'));
  const scripts: [string, RegExp][] = [
    ['empty.js', /is empty/],
    ['pipe.js', /is a pipe or a device/],
    ['link.js', /does not exist/],
    ['large.js', /larger than 1 MB/],
    ['.', /is a folder/],
    ['..', /is a folder/],
    ['nowhere.js', /does not exist\n {2}it is looked for beside the scenario/],
  ];
  for (const [script, wanted] of scripts) {
    writeFileSync(
      at('k6.yaml'),
      base.replace(
        '- { kind: probe, rate: 4 }',
        `- { kind: probe, rate: 4 }\n  - { kind: k6, script: ${script} }`,
      ),
    );
    const told = await tell(['validate', at('k6.yaml')]);
    assertRefused(told, script);
    assert.match(told.stderr, /k6\.yaml:10:17: /);
    assert.match(told.stderr, wanted);
  }
});

test('what is unusual and right is taken', async () => {
  const right: [string, string | Buffer][] = [
    ['the base', base],
    ['a byte order mark', `\uFEFF${base}`],
    ['windows line ends', base.replaceAll('\n', '\r\n')],
    ['no line end', base.trimEnd()],
    ['a document mark', `---\n${base}...\n`],
    ['tags of plain kinds', base.replace('name: base', 'name: !!str base')],
    [
      'anchors',
      base
        .replace(
          'ingress: { nodeSelector: { pool: stable } }',
          'ingress: { nodeSelector: &at { pool: stable } }',
        )
        .replace('app: { nodeSelector: { pool: stable } }', 'app: { nodeSelector: *at }'),
    ],
    [
      'JSON',
      JSON.stringify({
        name: 'base',
        nodes: [{ name: 'n', count: 1 }],
        load: [{ kind: 'probe', rate: 1 }],
        policies: ['Local'],
      }),
    ],
    [
      'other letters',
      base.replace('name: base', 'name: base\ndescription: "nächtlich, 夜, 🚀\\nzweite Zeile"'),
    ],
  ];
  for (const [what, text] of right) {
    const { code, stdout, stderr } = await tell(['validate', '-'], text);
    assert.equal([code, stdout, stderr], [0, '<stdin>: ok\n', ''], what);
  }
});

test('a file after --, standard input as -, and a file whose name begins with a dash', async () => {
  writeFileSync(at('base.yaml'), base);
  for (const argv of [
    ['validate', '--', at('base.yaml')],
    ['validate', at('base.yaml'), '-'],
    ['run', '--dry-run', '--', at('base.yaml')],
    ['run', '--dry-run', '--', '-'],
    ['run', '-', '--dry-run'],
  ]) {
    const { code, stderr } = await tell(argv, base);
    assert.equal([code, stderr], [0, ''], argv.join(' '));
  }
  const told = await tell(['run', '--', '-no.yaml']);
  assert.match(told.stderr, /^midflight: \.\/-no\.yaml: there is no such file/);
});

function readable(name: string): boolean {
  try {
    return readFileSync(at(name)).length >= 0;
  } catch {
    return false;
  }
}

test.run();
