import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { packageRoot, packageVersion } from '../../src/base/package.ts';
import { sandbox } from '../support/cli.ts';
import { copySources } from '../support/copied-sources.ts';
import { flaggerStandIn } from '../support/flagger.ts';
import {
  actionSteps,
  gitlabStep,
  readmeInContainer,
  type Step,
  stepsInContainer,
} from '../support/job-steps.ts';
import { skipped } from '../support/skip.ts';

/*
 * The package as users get it: packed by `npm pack` from a copy of the sources, installed globally into a folder of its own
 * from the file alone, and run in an empty folder.
 */
const test = suite('package');
const box = sandbox();
test.after(() => box.remove());
const source = join(box.folder, 'source');
const prefix = join(box.folder, 'global');
const installed = join(prefix, 'lib', 'node_modules', 'midflight');
const elsewhere = join(box.folder, 'elsewhere');
const program = join(prefix, 'bin', 'midflight');
const midflight = (...args: string[]) =>
  spawnSync(program, args, { cwd: elsewhere, env: box.env, encoding: 'utf8' });
const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

test('npm pack builds it, and leaves our package.json as it was', () => {
  copySources(source);
  mkdirSync(elsewhere);
  const before = readFileSync(join(source, 'package.json'), 'utf8');
  execFileSync(join(source, 'scripts', 'ci', 'pack.sh'), [box.folder], { cwd: source, stdio: 'ignore' });
  assert.is(readFileSync(join(source, 'package.json'), 'utf8'), before);
});

test('it installs without dependencies and without a warning', () => {
  const [tarball = ''] = readdirSync(box.folder).filter((name) => name.endsWith('.tgz'));
  const args = ['install', '--global', '--offline', '--prefix', prefix, join(box.folder, tarball)];
  const { status, stderr } = spawnSync('npm', args, { cwd: elsewhere, encoding: 'utf8' });
  assert.equal([status, stderr], [0, '']);
  assert.equal(readdirSync(join(prefix, 'lib', 'node_modules')), ['midflight']);
});

test('everything is in it, nothing that is ours alone, and it is small', () => {
  assert.equal(readdirSync(installed).sort(), [
    'LICENSE',
    'README.md',
    'deploy',
    'dist',
    'docs',
    'experiments',
    'kind-config.yaml',
    'package.json',
    'schemas',
    'scripts',
  ]);
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  const stray = /(?<!\.d)\.ts$|\.(map|tgz)$|\.test\.|node_modules|inputs\.json/;
  assert.equal(
    files.filter((file) => stray.test(file)),
    [],
  );
  const sizes = files.map((file) => statSync(join(installed, file))).filter((stats) => stats.isFile());
  const bytes = sizes.reduce((sum, { size }) => sum + size, 0);
  assert.ok(bytes <= 8_000_000, `${bytes} bytes unpacked`);
});

test('its package.json names its repository, and has no dependencies', () => {
  const manifest = z.record(z.string(), z.unknown()).parse(readJson(join(installed, 'package.json')));
  for (const name of ['scripts', 'devDependencies', 'dependencies', 'overrides'])
    assert.is(manifest[name], undefined, name);
  for (const name of ['repository', 'bugs', 'homepage', 'license', 'exports', 'engines'])
    assert.ok(manifest[name] !== undefined, name);
});

test('every bundled package is in the licences, with a text, and in the bill of materials', () => {
  const versions = z.record(z.string(), z.string()).parse(readJson(join(installed, 'dist', 'bundled.json')));
  const bill = z
    .object({
      bomFormat: z.literal('CycloneDX'),
      specVersion: z.literal('1.6'),
      components: z.array(z.object({ name: z.string(), purl: z.string().startsWith('pkg:npm/') })),
    })
    .parse(readJson(join(installed, 'dist', 'sbom.cdx.json')));
  const names = Object.keys(versions);
  assert.ok(names.includes('@kubernetes/client-node') && names.includes('zod'));
  assert.equal([...new Set(bill.components.map(({ name }) => name))].sort(), [...names].sort());
  const parts = readFileSync(join(installed, 'dist', 'THIRD-PARTY-LICENSES.txt'), 'utf8').split(
    `\n${'-'.repeat(80)}\n\n`,
  );
  const titles = parts.map((part) => part.split('\n')[0]?.replace(/ \d.*/, ''));
  assert.equal([...new Set(titles)].sort(), [...names].sort());
  assert.equal(
    parts.filter((part) => part.split('\n').slice(1).join('').trim().length < 100),
    [],
  );
});

test('the shipped experiments run by their names from any folder; the first one opens the way to the next', () => {
  assert.is(midflight('--version').stdout, `${packageVersion()}\n`);
  const names = readdirSync(join(installed, 'experiments')).map((name) => name.replace('.yaml', ''));
  const validated = midflight('validate', ...names);
  assert.equal([validated.status, validated.stdout], [0, names.map((name) => `${name}: ok\n`).join('')]);
  const { status, stdout, stderr } = midflight('run', '--repeats', '1');
  // A late instrument makes it unknown: nothing is wrong with the package then.
  assert.ok(status === 0 || status === 2, `${status} ${stderr}`);
  assert.match(stdout, /^Cluster->Local/m);
  assert.ok(existsSync(join(elsewhere, 'reports')));
  assert.match(
    stderr,
    /\nNext:\n {2}midflight run switchover [\s\S]*\bwatch URL -- COMMAND[\s\S]*tutorial\.md\n$/,
  );
  const tutorial = /\S+tutorial\.md$/m.exec(stderr)?.[0] ?? '';
  assert.ok(existsSync(tutorial), tutorial);
});

/* What a runner has: Node.js, a shell, an empty home, the checkout of an action, and no more. */
const workspace = join(box.folder, 'workspace');
const runner = (step: Step, more: Record<string, string> = {}) =>
  spawnSync('sh', ['-c', step.command], {
    cwd: workspace,
    encoding: 'utf8',
    env: {
      PATH: [
        join(workspace, 'global', 'bin'),
        dirname(process.execPath),
        '/usr/local/bin:/usr/bin:/bin',
      ].join(':'),
      HOME: join(workspace, 'home'),
      TMPDIR: join(workspace, 'tmp'),
      npm_config_prefix: join(workspace, 'global'),
      npm_config_offline: 'true',
      ...step.env,
      ...more,
    },
  });

// Short, and any load shows that all is in its place; what a run measures other tests look at.
const small = `name: small
nodes: [{ name: stable, count: 1 }]
load: [{ kind: streams, concurrency: 4, duration: 20s, ramp: 1s }, { kind: probe, rate: 2 }]
policies: [Cluster]
timeScale: 10
`;

test('the steps of action.yml pass in a clean folder: install, run, then run again against the baseline', () => {
  for (const name of ['home', 'tmp', 'global']) mkdirSync(join(workspace, name), { recursive: true });
  writeFileSync(join(workspace, 'small.yaml'), small);
  const [tarball = ''] = readdirSync(box.folder).filter((name) => name.endsWith('.tgz'));
  const steps = actionSteps(readFileSync(join(packageRoot(), 'action.yml'), 'utf8'), {
    actionPath: source,
    inputs: {
      package: join(box.folder, tarball),
      experiment: 'small.yaml',
      baseline: 'baseline.json',
      unknown: 'pass',
    },
  });
  assert.equal(
    steps.map(({ name }) => name),
    ['npm install --global "$PACKAGE"', 'run'],
  );
  const outputs = { GITHUB_OUTPUT: join(workspace, 'outputs'), GITHUB_ACTIONS: 'true' };
  for (const step of steps) {
    const { status, stderr } = runner(step, outputs);
    assert.is(status, 0, `${step.name}: ${stderr}`);
  }
  assert.match(readFileSync(outputs.GITHUB_OUTPUT, 'utf8'), /^verdict=(pass|unknown)$/m);
  for (const file of ['report.json', 'report.html', 'report.md', 'junit.xml', 'midflight.prom'])
    assert.ok(existsSync(join(workspace, 'midflight-report', file)), file);
});

test("GitLab's job passes in the same folder, and compares with the run before it", () => {
  const [tarball = ''] = readdirSync(box.folder).filter((name) => name.endsWith('.tgz'));
  // The shipped script with the scenario of this test in place of the shipped experiment.
  const text = readFileSync(join(packageRoot(), 'deploy', 'gitlab-ci.yml'), 'utf8');
  const before = readFileSync(join(workspace, 'midflight-report', 'report.json'));
  writeFileSync(join(workspace, 'baseline.json'), before);
  const step = gitlabStep(
    text.replace('resilience.sh" preemption', 'resilience.sh" small.yaml'),
    'midflight',
    {
      MIDFLIGHT_PACKAGE: join(box.folder, tarball),
      MIDFLIGHT_BASELINE: 'baseline.json',
      MIDFLIGHT_UNKNOWN: 'pass',
    },
  );
  assert.match(step.command, 'small.yaml');
  const { status, stdout, stderr } = runner(step);
  assert.is(status, 0, stderr);
  assert.match(stdout, /baseline|before/i);
});

test("Flagger's webhook answers 200 if no client lost anything, and 500 if one did", async () => {
  const env = { ...box.env, PATH: [join(prefix, 'bin'), process.env.PATH].join(':') };
  const flagger = await flaggerStandIn({ cwd: elsewhere, env });
  try {
    const [good, said] = await flagger.call('/');
    if (!said.includes('unknown')) assert.is(good, 200, said); // unknown halts the canary as well
    assert.is((await flagger.call('/broken'))[0], 500);
  } finally {
    flagger.close();
  }
});

const withoutDocker = dockerMissing();
if (withoutDocker !== null) skipped('docker', 'container image', withoutDocker);
else {
  const image = `midflight-test-image:${process.pid}`;
  const docker = (...args: string[]) => spawnSync('docker', args, { cwd: box.folder, encoding: 'utf8' });
  test.after(() => {
    // Not from the folder: it is gone by now.
    const removed = spawnSync('docker', ['image', 'rm', '--force', image], { encoding: 'utf8' });
    if (removed.status !== 0) console.error(removed.stderr);
  });

  const [, fromDocs = ''] =
    /^```yaml example\n(name: eks-spot\n[\s\S]*?)^```/m.exec(
      readFileSync(join(packageRoot(), 'docs', 'own-scenarios.md'), 'utf8'),
    ) ?? [];
  for (const [base, experiment, text] of [
    ['node:20-slim', 'small.yaml', small],
    ['node:24-slim', 'eks-spot.yaml', fromDocs],
  ] as const) {
    const has = spawnSync('docker', ['image', 'inspect', base]).status === 0;
    if (!has) skipped('docker', `steps in ${base}`, `Docker has no ${base}`);
    else
      test(`the steps of action.yml pass in a container of ${base} without a network`, () => {
        assert.match(text, /^policies: /m);
        writeFileSync(join(workspace, experiment), text);
        const { status, stdout, stderr } = docker(
          ...stepsInContainer(base, experiment, { packages: box.folder, source }),
        );
        assert.is(status, 0, stderr);
        assert.match(stdout, `${experiment}: ok\n`);
        for (const file of ['report.html', 'junit.xml', 'midflight.prom']) assert.match(stdout, file);
      });
  }

  test('with Node.js alone: npm i -g, midflight run, and the way to the next step in its last lines', () => {
    const { status, stdout, stderr } = docker(...readmeInContainer('node:24-slim', box.folder));
    // A late instrument makes it unknown: nothing is wrong with the package then.
    assert.ok(status === 0 || status === 2, `${status} ${stderr}`);
    assert.not.match(stderr, /\bWARN\b/i);
    assert.match(stdout, /^Cluster->Local/m);
    assert.match(stderr, /\nNext:\n {2}midflight run switchover [\s\S]*tutorial\.md\n$/);
  });

  test('the image builds from the package, and runs not as root on a read-only root file system', () => {
    for (const file of ['Dockerfile', '.dockerignore'])
      cpSync(join(packageRoot(), file), join(box.folder, file));
    const built = docker('build', '--quiet', '--tag', image, '.');
    assert.is(built.status, 0, built.stderr);
    const locked = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges', '--tmpfs=/tmp'];
    const run = (...args: string[]) => docker('run', '--rm', ...locked, ...args);
    assert.is(run(image, '--version').stdout, `${packageVersion()}\n`);
    assert.is(run('--entrypoint=id', image, '-u').stdout, '1000\n');
    assert.is(run(image, 'validate', 'preemption').stdout, 'preemption: ok\n');
    // Recorder and probe as processes of the container; nobody listens there, and that is what is found.
    const watched = [
      'watch',
      'http://127.0.0.1:1/',
      '--duration=1s',
      '--stall=1s',
      '--max-lost=0',
      '--out=/tmp/run',
    ];
    const { status, stdout, stderr } = run(image, ...watched, '--json', '--quiet');
    assert.ok(status === 1 || status === 2, `${status} ${stderr}`);
    assert.match(stdout, '"refused"');
  });
}

/** Why no image can be built here; null: it can. */
function dockerMissing(): string | null {
  const base = 'node:24-slim';
  const { status, error } = spawnSync('docker', ['image', 'inspect', base], { encoding: 'utf8' });
  if (error !== undefined) return 'there is no docker';
  return status === 0 ? null : `Docker does not run, or has no ${base}`;
}

test.run();
