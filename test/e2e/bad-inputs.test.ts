import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { rows } from '../support/bad-scenarios.ts';
import { runCli, type Sandbox, sandbox } from '../support/cli.ts';

/*
 * A sample of all bad inputs through the program as users start it: exit code 64, where it is and what to do, no stack,
 * nothing left. The whole table is tried within one process (test/unit/inputs).
 */
const test = suite('bad inputs');
const box = sandbox();
test.after(() => box.remove());

/** Every so manieth row of the table: the same from run to run, and from all its parts. */
const wanted = 20;
const all = rows();
const every = Math.floor(all.length / wanted);
const scenarios = all.filter((_, index) => index % every === 0).slice(0, wanted);

const lines: readonly [line: readonly string[], said: RegExp][] = [
  [['rum'], /no command 'rum'[\s\S]*did you mean run\?/],
  [
    ['run', 'FILE', '--repeats', '1000000000'],
    /--repeats 1000000000 is not a whole number from 1 to 100|from 1 to 100/,
  ],
  [['watch', 'http://127.0.0.1:9/', '--status', '600'], /from 200 to 599/],
  [['watch', 'ftp://127.0.0.1/'], /cannot be watched/],
  [['report', 'nowhere'], /history/],
  [['validate', 'nowhere.yaml'], /nowhere\.yaml: there is no such file/],
];

const stack = /\n\s+at .*:\d+:\d+|node:internal|internal error/;

async function refused(args: readonly string[], where: Sandbox): Promise<string> {
  const { code, signal, stdout, stderr } = await runCli(args, where);
  const what = args.join(' ');
  assert.equal([code, signal, stdout], [64, null, ''], `${what}\n${stderr}`);
  assert.not.match(stderr, stack, what);
  return stderr;
}

/** Two at a time: each is a process of its own. */
async function inPairs<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const queue = [...items.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await work(next[1], next[0]);
  };
  await Promise.all([worker(), worker()]);
}

test('scenario files: each problem with file, line and column, as in the table', async () => {
  assert.is(scenarios.length, wanted);
  await inPairs(scenarios, async ({ text, expected, edits }, index) => {
    const name = `bad-${index}.yaml`;
    writeFileSync(join(box.folder, name), text);
    const said = await refused(['run', name], box);
    assert.fixture(said, expected.replaceAll('<stdin>', name), edits);
    assert.match(said, new RegExp(`bad-${index}\\.yaml:\\d+:\\d+: `), edits);
  });
});

test('command lines', async () => {
  writeFileSync(join(box.folder, 'good.yaml'), all[0]?.text ?? '');
  await inPairs(lines, async ([line, wantedWords]) => {
    const said = await refused(
      line.map((word) => (word === 'FILE' ? 'good.yaml' : word)),
      box,
    );
    assert.match(said, wantedWords, line.join(' '));
  });
});

test('none of them has left anything', () => {
  const left = readdirSync(box.folder).filter((name) => !name.endsWith('.yaml'));
  assert.equal(
    left.filter((name) => !name.startsWith('midflight-')),
    [],
  );
});

test.run();
