import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { program } from '../../../src/cli/program.ts';

const test = suite('--kind-config');
const folder = mkdtempSync(join(tmpdir(), 'midflight-test-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const head = 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n';
const file = (text: string): string => {
  const path = join(folder, 'mine.yaml');
  writeFileSync(path, text);
  return path;
};

async function midflight(...words: string[]): Promise<[code: number, output: string]> {
  let output = '';
  const sink = () =>
    new Writable({
      write(chunk, _encoding, done) {
        output += String(chunk);
        done();
      },
    });
  const code = await program(words, { stdout: sink(), stderr: sink(), env: {} });
  return [code, output];
}

test('the plan names the file that the cluster is made from', async () => {
  const mine = file(`${head}networking: { podSubnet: 10.9.0.0/16 }\n`);
  const [code, output] = await midflight(
    'run',
    'preemption',
    '--cluster',
    'kind',
    '--kind-config',
    mine,
    '--dry-run',
  );
  assert.is(code, 0);
  assert.match(output, `kind: the cluster is made from ${mine}`);
});

test('a file that cannot be used is refused before anything is started, with its place', async () => {
  const mine = file(`${head}name: mine\n`);
  for (const words of [
    ['run', 'preemption', '--cluster', 'kind', '--dry-run'],
    ['cluster', 'up', 'preemption'],
  ]) {
    const [code, output] = await midflight(...words, '--kind-config', mine);
    assert.is(code, 64);
    assert.match(output, 'name: midflight names its clusters itself');
    assert.match(output, mine);
  }
  const [code, output] = await midflight(
    'run',
    'preemption',
    '--cluster',
    'kind',
    '--kind-config',
    join(folder, 'none'),
  );
  assert.is(code, 64);
  assert.match(output, '--kind-config cannot be read');
});

test('it is for kind alone', async () => {
  const mine = file(head);
  const [code, output] = await midflight('run', 'preemption', '--kind-config', mine);
  assert.is(code, 64);
  assert.match(output, '--kind-config is for a kind cluster');
  assert.is((await midflight('cluster', 'status', '--kind-config', mine))[0], 64);
});

test.run();
