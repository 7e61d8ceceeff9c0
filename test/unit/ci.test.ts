import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse, parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { findProgram } from '../../src/base/find-program.ts';
import { packageRoot, packageVersion } from '../../src/base/package.ts';
import { program } from '../../src/cli/program.ts';
import { skipped } from '../support/skip.ts';

/* What runs midflight elsewhere: the action, workflows and manifests. Their commands are held to the command line. */
const test = suite('ci and deploy');
const root = packageRoot();
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const workflows = readdirSync(join(root, '.github', 'workflows')).map((file) => `.github/workflows/${file}`);
const script = join(root, 'scripts', 'ci', 'resilience.sh');
const folder = mkdtempSync(join(tmpdir(), 'midflight-ci-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const actionlint = findProgram('actionlint', {
  ...process.env,
  PATH: [process.env.PATH, join(process.env.HOME ?? '', 'go', 'bin')].join(delimiter),
});
if (actionlint === null) skipped('actionlint', 'workflow lint', 'there is no actionlint');
else {
  test('actionlint finds no problem in the workflows', () => {
    assert.is(execFileSync(actionlint, ['-no-color', ...workflows], { cwd: root, encoding: 'utf8' }), '');
  });
}

for (const file of [...workflows, 'action.yml']) {
  test(`${file}: other actions are pinned by commit`, () => {
    const used = [...read(file).matchAll(/uses: (\S+)/g)].map(([, name = '']) => name);
    assert.equal(
      used.filter((name) => name !== './' && !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(name)),
      [],
    );
  });
}

test('action.yml: each input is used, each output comes from the script', () => {
  const text = read('action.yml');
  const { inputs, outputs } = z
    .object({ inputs: z.record(z.string(), z.unknown()), outputs: z.record(z.string(), z.unknown()) })
    .parse(parse(text));
  for (const name of Object.keys(inputs)) assert.ok(text.includes(`inputs.${name} }}`), name);
  for (const name of Object.keys(outputs)) assert.match(read('scripts/ci/resilience.sh'), `${name}=%s`);
  assert.match(text, '/scripts/ci/resilience.sh');
  assert.match(read('deploy/gitlab-ci.yml'), '/scripts/ci/resilience.sh');
});

test('the workflow installs the package of this version', () => {
  assert.match(read('.github/workflows/resilience.yml'), `midflight-${packageVersion()}.tgz`);
  for (const file of ['cronjob', 'argo-rollouts'])
    assert.match(read(`deploy/${file}.yaml`), `ghcr.io/midflight/midflight:${packageVersion()}\n`, file);
});

// A stand-in that ends as midflight would: what the script makes of it is what counts here.
for (const [code, verdict, unknown, ends] of [
  [0, 'pass', 'fail', 0],
  [1, 'fail', 'fail', 1],
  [2, 'unknown', 'fail', 2],
  [2, 'unknown', 'pass', 0],
  [3, 'none', 'pass', 3],
] as const) {
  test(`resilience.sh: exit code ${code}, unknown=${unknown}`, () => {
    const stub = join(folder, `midflight-${code}`);
    const outputs = join(folder, 'outputs');
    writeFileSync(stub, `#!/bin/sh\necho "$@"\nexit ${code}\n`, { mode: 0o755 });
    rmSync(outputs, { force: true });
    const env = {
      ...process.env,
      MIDFLIGHT: stub,
      MIDFLIGHT_OUT: 'there',
      MIDFLIGHT_UNKNOWN: unknown,
      GITHUB_OUTPUT: outputs,
      GITHUB_ACTIONS: 'true',
    };
    const done = spawnSync(script, ['preemption', '--repeats', '2'], { env, encoding: 'utf8' });
    assert.is(done.status, ends);
    assert.is(readFileSync(outputs, 'utf8'), `exit-code=${code}\nverdict=${verdict}\nreport=there\n`);
    assert.match(done.stdout, /^run preemption --repeats 2 --out there --quiet --reporter \S+,github$/m);
    assert.is(done.stderr.includes('could not tell'), code === 2);
  });
}

test('resilience.sh: a baseline is compared with if it is there, and gives way only to a run that passes', () => {
  const baseline = join(folder, 'baseline.json');
  const summary = join(folder, 'summary.md');
  const out = join(folder, 'report');
  mkdirSync(out);
  writeFileSync(join(out, 'report.json'), '{}');
  // Saves what it is asked to save, as midflight does; its comparison is one word.
  const stub = join(folder, 'midflight-saving');
  const saving = (code: number) =>
    writeFileSync(
      stub,
      `#!/bin/sh\necho "$@"\nif [ "$1" = compare ]; then exit 0; fi\nfor last do :; done\necho code ${code} >"$last"\nexit ${code}\n`,
      { mode: 0o755 },
    );
  const job = () => {
    const env = {
      ...process.env,
      MIDFLIGHT: stub,
      MIDFLIGHT_OUT: out,
      MIDFLIGHT_BASELINE: baseline,
      GITHUB_STEP_SUMMARY: summary,
    };
    return spawnSync(script, ['preemption'], { env, encoding: 'utf8' });
  };
  saving(0);
  const first = job();
  assert.not.match(first.stdout, '--baseline ');
  assert.is(readFileSync(baseline, 'utf8'), 'code 0\n');
  assert.not.ok(existsSync(summary));
  saving(1);
  const worse = job();
  assert.is(worse.status, 1);
  assert.match(worse.stdout, `--baseline ${baseline} --save-baseline ${baseline}.new`);
  assert.is(readFileSync(baseline, 'utf8'), 'code 0\n', 'a regression is never the next baseline');
  assert.is(readFileSync(summary, 'utf8'), `compare ${baseline} ${out} --format markdown\n`);
});

test('resilience.sh: its options are those of midflight', async () => {
  const env = {
    ...process.env,
    MIDFLIGHT: 'echo',
    GITHUB_ACTIONS: 'true',
    MIDFLIGHT_BASELINE: join(root, 'package.json'),
  };
  const line = execFileSync(script, ['preemption', '--dry-run'], { env, encoding: 'utf8' });
  assert.equal(await ending(line.trim().split(' ')), [0, '']);
});

test('the manifests of deploy/ parse, and what they run is right for midflight', async () => {
  const found: string[][] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      if (value[0] === 'watch') found.push(value.map(String));
      value.forEach(visit);
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
    else if (typeof value === 'string' && value.startsWith('midflight watch '))
      found.push(value.split(' ').slice(1));
  };
  for (const file of readdirSync(join(root, 'deploy'))) {
    const documents = parseAllDocuments(read(`deploy/${file}`));
    for (const document of documents) {
      assert.equal(document.errors, [], file);
      visit(document.toJS());
    }
  }
  assert.is(found.length, 3);
  // --max-failover needs probes: a last word that is refused shows that all before it is understood.
  for (const words of found) {
    const [code, said] = await ending([
      ...words.map((word) => word.replace('{{args.url}}', 'http://x/')),
      '--rate=0',
    ]);
    assert.is(code, 64);
    assert.match(said, '--max-failed is for probes, and --rate 0 sends none');
  }
});

test('a manifest needs no right that it does not name, and nothing of it runs as root', () => {
  const text = read('deploy/cronjob.yaml');
  for (const words of [
    'runAsNonRoot: true',
    'readOnlyRootFilesystem: true',
    'automountServiceAccountToken: false',
  ])
    assert.match(text, words);
  assert.not.match(text, /cluster-admin|verbs: \[.*\*/);
  assert.ok(existsSync(join(root, 'Dockerfile')));
  assert.match(read('Dockerfile'), /^USER 1000:1000$/m);
});

async function ending(words: readonly string[]): Promise<[code: number, stderr: string]> {
  const { Writable } = await import('node:stream');
  let text = '';
  const sink = (take: (chunk: string) => void) =>
    new Writable({
      write: (chunk, _encoding, done) => {
        take(String(chunk));
        done();
      },
    });
  const code = await program(words, {
    stdout: sink(() => {}),
    stderr: sink((chunk) => {
      text += chunk;
    }),
    env: {},
  });
  return [code, text];
}

test.run();
