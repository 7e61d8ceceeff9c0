import { PassThrough, Readable } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { program } from '../../../src/cli/program.ts';
import { textOf } from '../../support/text-of.ts';

/** What a command line is told; none of these gets as far as doing anything. */
async function told(...argv: string[]): Promise<string> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  assert.is(await program(argv, { stdout, stderr, env: {}, stdin: Readable.from([]) }), 64);
  assert.is(stdout.read(), null);
  return textOf(stderr);
}

test('an unknown command: what there is, and the nearest', async () => {
  assert.is(
    await told('vaildate', 'x.yaml'),
    "midflight: there is no command 'vaildate'; there are run, watch, audit, rehearse, flip, connections, drain-transit, fault, validate, report, explain, compare, doctor, cluster, clean, completion\n" +
      '  did you mean validate?\n  see midflight --help\n',
  );
  assert.not.match(await told('frobnicate'), 'did you mean');
  assert.match(await told('completon'), 'did you mean completion?');
});

test('an unknown option: the nearest of that command', async () => {
  for (const [written, meant] of [
    ['--polcy', '--policy'],
    ['--dryrun', '--dry-run'],
    ['--image-nod', '--image-node'],
  ] as const) {
    const text = await told('run', 'x.yaml', written, 'y');
    assert.ok(text.startsWith(`midflight: there is no option ${written}\n  did you mean ${meant}?\n`), text);
    assert.match(text, 'usage: midflight run [files..]');
    assert.match(text, 'see midflight run --help');
  }
  assert.match(await told('watch', 'http://x/', '--i-own-thi'), 'did you mean --i-own-this?');
  assert.match(await told('--versoin'), 'did you mean --version?');
  const short = await told('run', 'x.yaml', '-q');
  assert.match(short, 'no option -q\n');
  assert.not.match(short, 'did you mean');
});

test('a misspelt option goes before what is missing because of it', async () => {
  assert.match(await told('run', '--seeed', '1'), 'did you mean --seed?');
});

test('a word too many, a word too few, a value that is missing or not allowed', async () => {
  assert.match(await told('report', 'a', 'b'), "unexpected argument 'b'\n  usage: midflight report <dir>");
  assert.match(await told('watch', 'http://x/', 'y'), "unexpected argument 'y'");
  assert.match(
    await told('validate'),
    'an argument is missing (0 given, at least 1 needed)\n  usage: midflight validate <files..>',
  );
  assert.match(await told('run', 'x.yaml', '--seed'), '--seed needs a value');
  assert.match(await told('cluster', 'sideways'), 'action is "sideways"; it can be "up", "down", "status"');
});

test('options of kind alone are not passed over elsewhere', async () => {
  assert.match(await told('run', 'x.yaml', '--keep'), '--keep is for a kind cluster');
  assert.match(await told('run', 'x.yaml', '--reuse'), '--reuse is for a kind cluster');
});

test('a file that is standard output', async () => {
  assert.match(await told('rehearse', '-o', '-'), '--output - is standard output');
});

test('a cluster that does not exist', async () => {
  assert.match(await told('run', 'x.yaml', '--cluster', 'context'), 'write context:NAME with a context of');
  assert.match(await told('run', 'x.yaml', '--cluster', 'context:'), 'write context:NAME');
  assert.match(
    await told('run', 'x.yaml', '--cluster', 'kin'),
    'did you mean kind? allowed: embedded, kind, context:NAME',
  );
});

test('options of a cluster of the user alone are not passed over elsewhere', async () => {
  assert.match(
    await told('run', 'x.yaml', '--allow-changes'),
    '--allow-changes is for a context cluster\n  add --cluster context:NAME',
  );
  assert.match(await told('run', 'x.yaml', '--kubeconfig', 'k'), '--kubeconfig is for a context cluster');
  assert.match(
    await told('run', 'x.yaml', '--cluster', 'context:a', '--keep'),
    '--keep is for a kind cluster',
  );
});

test.run();
