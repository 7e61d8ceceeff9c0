import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { packageRoot } from '../../src/base/package.ts';
import { program } from '../../src/cli/program.ts';
import { makePlan } from '../../src/plan/make.ts';
import { parseScenario } from '../../src/scenario/load.ts';

/* What pages tell people to type: every command is understood, every whole scenario can be planned, every anchor exists. */
const test = suite('commands and scenarios of the docs');
const root = packageRoot();
const markdown = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file));
const pages = [
  ...markdown('.'),
  ...markdown('docs'),
  ...markdown('docs/facts'),
  ...markdown('docs/decisions'),
];
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\b[^\\n]*\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, block = '']) => block,
  );

const known = new Set([
  'completion',
  ...readdirSync(join(root, 'src', 'cli', 'commands')).map((file) => file.replace('.ts', '')),
]);
const commands = pages.flatMap((page) =>
  ['sh', 'bash', 'console']
    .flatMap((language) => blocks(read(page), language))
    .flatMap((block) => block.split('\n'))
    .flatMap((line) => {
      const [, command] = /^(?:\$ )?(?:npx )?midflight (.*?)(?:\s+#.*)?$/.exec(line) ?? [];
      return command === undefined || /[<|…]|\$\(/.test(command) ? [] : [{ page, command }];
    }),
);

test('there are commands to check', () => {
  assert.ok(commands.length >= 12, String(commands.length));
});

for (const { page, command } of commands) {
  test(`${page}: midflight ${command}`, async () => {
    const words = command.split(/\s+/);
    const end = words.indexOf('--');
    // An option that does not exist, as the last: if it alone is refused, all before it is known.
    const own = end === -1 ? words : words.slice(0, end);
    const [code, said] = await ending([...own, '--no-such-option']);
    assert.is(code, 64);
    assert.match(said, 'there is no option --no-such-option');
    assert.ok(known.has(words[0] ?? ''), 'there is such a command');
  });
}

const scenarios = pages.flatMap((page) =>
  blocks(read(page), 'yaml')
    .filter((block) => /^name: .*\n[\s\S]*^nodes:/m.test(block))
    .map((block) => ({ page, block })),
);

test('there are scenarios to check', () => {
  assert.ok(scenarios.length >= 6, String(scenarios.length));
});

for (const { page, block } of scenarios) {
  const loaded = parseScenario(block, page);
  test(`${page}: scenario ${loaded.scenario.name} can be planned`, () => {
    assert.ok(
      makePlan(loaded, { cluster: 'embedded', images: { node: null, traefik: null, app: null } }).trials
        .length > 0,
    );
  });
}

for (const page of pages) {
  test(`${page}: its other YAML parses`, () => {
    for (const block of blocks(read(page), 'yaml')) parse(block);
  });

  test(`${page}: every anchor exists`, () => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)\s#]*)#([^)\s]+)\)/g)];
    const broken = links.filter(([, file = '', anchor = '']) => {
      const target = file === '' ? page : join(dirname(page), file);
      if (!existsSync(join(root, target)) || !target.endsWith('.md')) return true;
      return !anchorsOf(read(target)).has(anchor);
    });
    assert.equal(
      broken.map(([link]) => link),
      [],
    );
  });

  test(`${page}: every link leads somewhere`, () => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)\s#]+)/g)].map(([, link = '']) => link);
    assert.equal(
      links.filter((link) => !existsSync(join(root, dirname(page), link))),
      [],
    );
  });
}

/** As GitHub makes them: lower case, no punctuation, dashes for spaces. */
const anchorsOf = (text: string) =>
  new Set(
    [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

async function ending(words: readonly string[]): Promise<[code: number, said: string]> {
  let said = '';
  const output = () =>
    new Writable({
      write: (chunk, _encoding, done) => {
        said += String(chunk);
        done();
      },
    });
  const code = await program(words, { stdout: output(), stderr: output(), env: {} });
  return [code, said];
}

test.run();
