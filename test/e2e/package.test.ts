import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packageRoot, packageVersion } from '../../src/base/package.ts';
import { sandbox } from '../support/cli.ts';

/* The package as users get it: packed, unpacked elsewhere, and run with nothing beside it. */
const test = suite('package');
const box = sandbox();
test.after(() => box.remove());
const unpacked = join(box.folder, 'package');
const program = join(unpacked, 'dist', 'midflight.mjs');
const midflight = (...args: string[]) =>
  execFileSync(process.execPath, [program, ...args], { cwd: box.folder, env: box.env, encoding: 'utf8' });

test('it packs', () => {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', box.folder];
  execFileSync('npm', args, { cwd: packageRoot(), stdio: ['ignore', 'ignore', 'inherit'] });
  const [tarball = ''] = readdirSync(box.folder).filter((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', join(box.folder, tarball), '-C', box.folder]);
  assert.ok(existsSync(unpacked));
});

test('everything is in it, and nothing that is ours alone', () => {
  const inside = readdirSync(unpacked).sort();
  assert.equal(inside, [
    'LICENSE',
    'README.md',
    'dist',
    'docs',
    'experiments',
    'kind-config.yaml',
    'package.json',
    'schemas',
  ]);
  const files = readdirSync(unpacked, { recursive: true, encoding: 'utf8' });
  assert.equal(
    files.filter((file) => /\.(ts|map|tgz)$|\.test\.|node_modules/.test(file)),
    [],
  );
  assert.ok(statSync(program).mode & 0o100, 'bin may be run');
  const licences = readFileSync(join(unpacked, 'dist', 'THIRD-PARTY-LICENSES.txt'), 'utf8');
  for (const name of ['@kubernetes/client-node', 'yargs', 'autocannon', 'linkedom'])
    assert.match(licences, new RegExp(`^${name} \\d`, 'm'));
});

test('it needs no other package: help, validation, plans and processes run from its bundles', () => {
  assert.is(midflight('--version'), `${packageVersion()}\n`);
  const experiments = readdirSync(join(unpacked, 'experiments')).map((name) =>
    join(unpacked, 'experiments', name),
  );
  assert.is(midflight('validate', ...experiments), experiments.map((file) => `${file}: ok\n`).join(''));
  assert.match(midflight('run', experiments[0] ?? '', '--dry-run'), /takes +about/);
  // Recorder and probe as processes; nobody listens there, and that is a finding, told by the exit code.
  try {
    midflight(
      'watch',
      'http://127.0.0.1:1/',
      ...[
        '--duration',
        '1s',
        '--stall',
        '1s',
        '--stability',
        '500ms',
        '--quiet',
        '--max-lost',
        '0',
        '--out',
        'out',
      ],
    );
    assert.unreachable('all of it was lost');
  } catch (error) {
    assert.ok(error instanceof Error && 'status' in error, String(error));
    assert.ok(error.status === 1 || error.status === 2, String(error.status));
  }
  const report = readFileSync(join(box.folder, 'out', 'report.json'), 'utf8');
  assert.match(report, '"refused"');
});

test.run();
