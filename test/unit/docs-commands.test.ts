import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse, stringify } from 'yaml';
import { packageRoot } from '../../src/base/package.ts';
import { program } from '../../src/cli/program.ts';
import { makePlan } from '../../src/plan/make.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { scenario as scenarioSchema } from '../../src/scenario/schema.ts';
import { blocksOf, commands, pages, textOf } from '../support/docs.ts';

/* What pages tell people to type: every command is understood, every whole scenario can be planned, every anchor exists. */
const test = suite('commands and scenarios of the docs');
const root = packageRoot();
const known = new Set([
  'completion',
  ...readdirSync(join(root, 'src', 'cli', 'commands')).map((file) => file.replace('.ts', '')),
]);
test('there are commands to check', () => {
  assert.ok(commands.length >= 12, String(commands.length));
});

/** As a shell splits them, as far as pages quote. */
const wordsOf = (command: string) =>
  (command.match(/(?:'[^']*'|[^\s'])+/g) ?? []).map((word) => word.replaceAll("'", ''));

for (const { page, command } of commands) {
  test(`${page}: midflight ${command}`, async () => {
    const words = wordsOf(command);
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
  blocksOf(textOf(page), 'yaml')
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

// A part of a scenario is right if a whole one with it in its place is.
const partKeys = new Set(Object.keys(scenarioSchema.shape));
const parts = pages.flatMap((page) =>
  blocksOf(textOf(page), 'yaml')
    .filter((block) => !block.includes('\nnodes:'))
    .flatMap((block) => {
      const part: unknown = parse(block);
      if (typeof part !== 'object' || part === null) return [];
      return Object.keys(part).every((key) => partKeys.has(key)) ? [{ page, part }] : [];
    }),
);

test('there are parts of scenarios to check', () => {
  assert.ok(parts.length >= 5, String(parts.length));
});

for (const { page, part } of parts)
  test(`${page}: a scenario with this ${Object.keys(part).join(', ')} is valid`, () => {
    // Of a page about clusters of one's own, on such a cluster as the page names.
    const own = parts.flatMap((other) =>
      other.page === page && 'providers' in other.part ? [{ providers: other.part.providers }] : [],
    );
    const whole = { ...parse(readFileSync(join(root, 'test/inputs/base.yaml'), 'utf8')), ...own[0], ...part };
    assert.ok(parseScenario(stringify(whole), page).scenario.load.length > 0);
  });

for (const page of pages) {
  test(`${page}: its other YAML parses`, () => {
    for (const block of blocksOf(textOf(page), 'yaml')) parse(block);
  });

  test(`${page}: every anchor exists`, () => {
    const links = [...textOf(page).matchAll(/\]\((?!https?:)([^)\s#]*)#([^)\s]+)\)/g)];
    const broken = links.filter(([, file = '', anchor = '']) => {
      const target = file === '' ? page : join(dirname(page), file);
      if (!existsSync(join(root, target)) || !target.endsWith('.md')) return true;
      return !anchorsOf(textOf(target)).has(anchor);
    });
    assert.equal(
      broken.map(([link]) => link),
      [],
    );
  });

  test(`${page}: every link leads somewhere`, () => {
    const links = [...textOf(page).matchAll(/\]\((?!https?:|#)([^)\s#]+)/g)].map(([, link = '']) => link);
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
