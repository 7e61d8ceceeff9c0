import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { packageRoot, packageVersion } from '../../src/base/package.ts';
import { plan as planSchema } from '../../src/plan/schema.ts';
import { cliFile, runCli, sandbox } from '../support/cli.ts';
import { yamlFiles } from '../support/scenario-files.ts';

/* The command line as it is shipped, for all that starts no cluster. */
const test = suite('command line');
execFileSync(process.execPath, [join(packageRoot(), 'scripts', 'build.mjs'), 'cli'], { stdio: 'inherit' });
const box = sandbox();
const cli = (...args: string[]) => runCli(args, box);
const experiment = (name: string) => join(packageRoot(), 'experiments', `${name}.yaml`);
const commands = ['run', 'watch', 'validate', 'report', 'doctor', 'cluster', 'completion'];

test.after(() => box.remove());

test('--help names every command, with examples and exit codes', async () => {
  const { code, stdout, stderr } = await cli('--help');
  assert.equal([code, stderr], [0, '']);
  for (const command of commands) assert.match(stdout, new RegExp(`midflight ${command}\\b`));
  assert.match(stdout, 'Examples:');
  assert.match(stdout, 'Exit codes:');
});

for (const command of commands.filter((name) => name !== 'completion')) {
  test(`${command} --help has examples`, async () => {
    const { code, stdout } = await cli(command, '--help');
    assert.is(code, 0);
    assert.match(stdout, 'Examples:');
    assert.match(stdout, new RegExp(`midflight ${command}`));
  });
}

// Node itself takes a good part of it; a command line that loads all of midflight for its help takes many times as long.
test('--help is quick', async () => {
  const seconds = async (file: string, ...args: string[]) => {
    const took: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const began = performance.now();
      await new Promise((resolve) =>
        spawn(process.execPath, [file, ...args], { stdio: 'ignore' }).on('close', resolve),
      );
      took.push((performance.now() - began) / 1000);
    }
    return Math.min(...took);
  };
  const empty = join(box.folder, 'empty.mjs');
  writeFileSync(empty, '');
  const [help, bare] = [await seconds(cliFile, '--help'), await seconds(empty)];
  assert.ok(help < bare * 6 + 0.1, `${help} s, an empty program ${bare} s`);
});

test('--version', async () => {
  const { code, stdout } = await cli('--version');
  assert.equal([code, stdout], [0, `${packageVersion()}\n`]);
});

test('it is an executable file, as package.json names it', () => {
  const said = execFileSync('sh', ['-c', `head -1 "${cliFile}"`], { encoding: 'utf8' });
  assert.is(said, '#!/usr/bin/env node\n');
});

const wrong: [string, string[], RegExp][] = [
  ['no command', [], /which command/],
  ['an unknown command', ['rum'], /did you mean run\?/],
  ['an unknown option', ['run', 'x.yaml', '--polcy', 'Local'], /did you mean --policy\?/],
  ['no file', ['validate'], /an argument is missing/],
  ['a file that is not there', ['run', 'nowhere.yaml'], /nowhere\.yaml/],
  ['an unknown policy', ['run', 'x.yaml', '--policy', 'local'], /"Local"/],
  ['an unknown cluster', ['run', experiment('baseline'), '--cluster', 'minikube'], /embedded, kind/],
  [
    'a cluster of which the scenario says nothing',
    ['run', experiment('baseline'), '--cluster', 'context:x'],
    /providers\.context does not say which Service/,
  ],
  ['repeats that are no number', ['run', experiment('baseline'), '--repeats', 'few'], /--repeats/],
  ['no repeats', ['run', experiment('baseline'), '--repeats', '0'], /--repeats/],
  ['an option without its value', ['run', experiment('baseline'), '--seed'], /seed/],
  ['an option twice', ['run', experiment('baseline'), '--seed', '1', '--seed', '2'], /--seed/],
  ['a report of nothing', ['report', 'nowhere'], /nowhere/],
  ['a cluster action that is none', ['cluster', 'sideways'], /"up"/],
];
for (const [name, args, said] of wrong) {
  test(`bad usage: ${name}`, async () => {
    const { code, stdout, stderr } = await cli(...args);
    assert.is(code, 64, stderr);
    assert.match(stderr, said);
    assert.not.match(stderr, /\n\s+at /, 'no stack');
    assert.is(stdout, '');
    assert.ok(!existsSync(box.reports), 'nothing was started');
  });
}

test('validate: ok line by line, every fault at once, each file judged', async () => {
  const good = await cli('validate', ...yamlFiles('experiments'));
  assert.is(good.code, 0, good.stderr);
  assert.is(
    good.stdout,
    yamlFiles('experiments')
      .map((file) => `${file}: ok\n`)
      .join(''),
  );
  const [bad = ''] = yamlFiles('test/scenarios', 'invalid-values');
  const both = await cli('validate', bad, experiment('baseline'), join(box.folder, 'none.yaml'));
  assert.is(both.code, 64);
  assert.match(both.stdout, /baseline\.yaml: ok/);
  assert.ok(both.stderr.split('\n').filter((line) => line.startsWith(`${bad}:`)).length > 10);
  assert.match(both.stderr, /none\.yaml/);
});

test('run refuses all files if one is wrong, before anything is started', async () => {
  const [bad = ''] = yamlFiles('test/scenarios', 'invalid-names');
  const { code, stdout, stderr } = await cli('run', experiment('baseline'), bad, '--out', box.reports);
  assert.is(code, 64);
  assert.match(stderr, bad);
  assert.is(stdout, '');
  assert.ok(!existsSync(box.reports));
});

test('--dry-run prints what would be done, and leaves nothing', async () => {
  const before = readdirSync(box.folder);
  const { code, stdout, stderr } = await cli('run', experiment('preemption'), '--dry-run', '--repeats', '2');
  assert.equal([code, stderr], [0, '']);
  for (const word of [
    'preemption',
    'preemptible: 3',
    'stable-0, stable-1',
    'gke',
    'Cluster->Local',
    'power-off of',
  ])
    assert.ok(stdout.includes(word), word);
  assert.match(stdout, /takes +about \d+/);
  assert.match(stdout, /preemptible-\d \(repeat 1\), preemptible-\d \(repeat 2\)/);
  assert.equal(readdirSync(box.folder), before);
});

test('--dry-run --json is the plan, and the flags are in it', async () => {
  const flags = [
    '--repeats',
    '3',
    '--seed',
    '12',
    '--policy',
    'Local',
    '--policy',
    'Cluster',
    '--image-node',
    'mine',
  ];
  const { code, stdout } = await cli(
    'run',
    experiment('preemption'),
    '--cluster',
    'kind',
    '--dry-run',
    '--json',
    ...flags,
  );
  assert.is(code, 0);
  const plan: unknown = JSON.parse(stdout);
  const { provider, repeats, seed, trials, images, timeScale } = planSchema.parse(plan);
  assert.equal([provider, repeats, seed, timeScale, images?.node], ['kind', 3, 12, 1, 'mine']);
  assert.equal(new Set(trials.map(({ policy }) => policy)), new Set(['Local', 'Cluster']));
  const { targets } = z.object({ targets: z.array(z.string()) }).parse(plan);
  assert.is(targets.length, 3);
  const several = await cli('run', experiment('preemption'), experiment('baseline'), '--dry-run', '--json');
  assert.is(JSON.parse(several.stdout).length, 2);
});

test('completion: a script for the shell, commands and words', async () => {
  assert.match((await cli('completion')).stdout, /complete|compdef/);
  const words = (await cli('--get-yargs-completions', 'midflight', 'val')).stdout.split('\n');
  assert.ok(words.includes('validate'));
  const policies = await cli('--get-yargs-completions', 'midflight', 'run', '--policy', '');
  assert.match(policies.stdout, 'Cluster->Local');
});

test('a reader who goes away ends nothing with a crash', async () => {
  const line = `"${process.execPath}" "${cliFile}" run "${experiment('preemption')}" --dry-run | head -1`;
  const child = spawn('bash', ['-o', 'pipefail', '-c', line], {
    cwd: box.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  child.stdout.resume();
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal([code, stderr], [0, '']);
});

// Nothing may be made below /proc; a recursive mkdir of Node 20 would try for ever.
test('a report folder that cannot be made is reported at once, whatever is in its way', async () => {
  const file = join(box.folder, 'a-file');
  writeFileSync(file, '');
  for (const out of [file, join(file, 'below'), '/proc/midflight/out']) {
    const { code, stderr } = await cli('run', experiment('baseline'), `--out=${out}`);
    assert.is(code, 64, stderr);
    assert.match(stderr, 'choose another with --out DIR');
  }
  const { code, stderr } = await cli('run', experiment('baseline'), '--out=');
  assert.is(code, 64);
  assert.match(stderr, /--out/);
});

test('a history that is none is refused with its place', async () => {
  const folder = join(box.folder, 'broken');
  mkdirSync(folder);
  writeFileSync(join(folder, 'history.ndjson'), '{"type":"header","version":99}\n');
  const { code, stderr } = await cli('report', folder);
  assert.is(code, 64, stderr);
  assert.match(stderr, /history\.ndjson:1/);
});

test.run();
