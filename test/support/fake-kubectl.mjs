#!/usr/bin/env node
// kubectl as far as agents use it, with processes of this machine in place of pods. Each pod's clock is an hour ahead of the
// one before. FAKE_KUBECTL: a folder for its log; FAKE_KUBECTL_DIST: our dist/ in place of the image's.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.FAKE_KUBECTL ?? '.';
const dist = process.env.FAKE_KUBECTL_DIST ?? '';
const words = process.argv.slice(2);
appendFileSync(join(folder, 'calls'), `${words.join(' ')}\n`);
const verbs = ['create', 'get', 'exec', 'delete', 'config', 'logs', 'api-resources'];
const at = words.findIndex((word) => verbs.includes(word));
const [verb, ...rest] = words.slice(at);
const { default: operator } = await import(join(dist, '..', 'test', 'support', 'fake-operator.mjs'));
const made = verb === 'create' ? readFileSync(0, 'utf8') : '';

if (await operator(folder, verb, rest, made === '' ? {} : JSON.parse(made))) process.exitCode = 0;
else if (verb === 'create') writeFileSync(join(folder, 'job.json'), made);
else if (verb === 'config') process.stdout.write('here\n');
else if (verb === 'delete') {
  const job = join(folder, 'job.json');
  if (!existsSync(job)) process.exit(0);
  process.stdout.write(`job.batch/${JSON.parse(readFileSync(job, 'utf8')).metadata.name}\n`);
  rmSync(job);
} else if (verb === 'get') {
  const { spec } = JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8'));
  const items = Array.from({ length: spec.completions }, (_, index) => ({
    metadata: {
      name: `pod-${index}`,
      annotations: { 'batch.kubernetes.io/job-completion-index': String(index) },
    },
    status: { phase: 'Running' },
  }));
  process.stdout.write(JSON.stringify({ items }));
} else if (verb === 'exec') {
  const pod = Number(/^pod-(\d+)$/.exec(rest.find((word) => word.startsWith('pod-')) ?? '')?.[1]);
  const command = rest.slice(rest.indexOf('--') + 1);
  if (command[0] === 'midflight') {
    process.stdout.write(`${JSON.parse(readFileSync(join(dist, '..', 'package.json'), 'utf8')).version}\n`);
  } else {
    const skew = `const real = process.hrtime.bigint; process.hrtime.bigint = () => real() + BigInt(${pod * 3600}e9);`;
    const args = command.slice(1).map((word) => word.replace('/opt/midflight/package/dist', dist));
    const child = spawn(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(skew)}`, ...args],
      {
        stdio: 'inherit',
      },
    );
    appendFileSync(join(folder, 'pids'), `${pod} ${child.pid}\n`);
    child.on('exit', (code) => process.exit(code ?? 137));
  }
}
