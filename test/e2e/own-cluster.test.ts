import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { waitFor } from '../../src/kube/wait.ts';
import { runCli, type Sandbox, sandbox, start } from '../support/cli.ts';
import { allowChaos, reach } from '../support/playground.ts';

/* Experiments on a cluster that is there already: a playground, whose balancer no run can look into. */
const test = suite<{ box: Sandbox; args: string[]; server: string }>('run on a cluster that is there');

const service = '/api/v1/namespaces/midflight/services/midflight-ingress';
const lease = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/midflight';

test.before(async (context) => {
  const box = sandbox();
  context.box = box;
  const up = await runCli(['cluster', 'up', '--cluster', 'embedded', '--time-scale', '10'], box);
  assert.is(up.code, 0, up.stderr);
  const { kubeconfig, server, port, address } = reach(up.stdout);
  context.server = server;
  const file = join(box.folder, 'own.yaml');
  // The balancer draws one of two nodes for each stream: that none of twenty comes to the target is no chance to reckon with.
  writeFileSync(
    file,
    `name: own
load:
  - { kind: streams, concurrency: 20, duration: 20s, ramp: 1s, renew: true }
  - { kind: probe, rate: 4, lanes: [new], timeout: 2s }
policies: [Local]
fault: { kind: pod-delete, target: { node: stable-1 } }
stability: 3s
providers:
  context:
    service: midflight/midflight-ingress
    url: 'http://app.midflight.test:${port}/stream?id=own&duration=20000&interval=500&chunk=64'
    address: ${address}
    probePath: '/short?id=own'
expect: { Local: { lost: '> 0' } }
`,
  );
  context.args = [
    ...['run', file, '--cluster', 'context:midflight-embedded', '--kubeconfig', kubeconfig, '--quiet'],
  ];
});
test.after(async ({ box }) => {
  await runCli(['cluster', 'down'], box);
  box.remove();
});

const never = new AbortController().signal;
const policyAt = async (server: string): Promise<string> => {
  const answer = z.object({ spec: z.object({ externalTrafficPolicy: z.string() }) });
  return answer.parse(await (await fetch(`${server}${service}`)).json()).spec.externalTrafficPolicy;
};
const leaseStatus = async (server: string) => (await fetch(`${server}${lease}`)).status;

test('a node that its owner does not allow is refused, and nothing is written', async ({
  box,
  args,
  server,
}) => {
  const { code, stderr } = await runCli([...args, '--allow-changes'], box);
  assert.is(code, 64, stderr);
  assert.match(stderr, /own\.yaml:6:28: fault\.target matches no node/);
  assert.equal([await policyAt(server), await leaseStatus(server)], ['Cluster', 404]);
});

test('policy and fault under load, and the cluster is as before', async ({ box, args, server }) => {
  await allowChaos(server, 'stable-1');
  const { code, stdout, stderr } = await runCli(
    [...args, '--allow-changes', '--out', join(box.folder, 'r')],
    box,
  );
  assert.is(code, 0, `${stdout}${stderr}`);
  // Where lines are broken depends on the figures.
  const words = stdout.replaceAll(/\s+/g, ' ');
  assert.match(words, 'which of the streams went through it is not known');
  assert.match(words, 'it keeps no log of connections');
  assert.equal([await policyAt(server), await leaseStatus(server)], ['Cluster', 404]);
});

test('killed in the middle: the next run is refused until clean has undone it', async ({
  box,
  args,
  server,
}) => {
  const run = start([...args, '--allow-changes', '--out', join(box.folder, 'killed')], box);
  await waitFor('the policy of the trial', 60_000, never, async () => (await policyAt(server)) === 'Local');
  run.child.kill('SIGKILL');
  await run.ended;
  assert.equal([await policyAt(server), await leaseStatus(server)], ['Local', 200]);
  const next = await runCli([...args, '--allow-changes', '--out', join(box.folder, 'next')], box);
  assert.is(next.code, 3, next.stderr);
  assert.match(next.stderr, 'was killed and has left changes on midflight-embedded');
  const clean = await runCli(['clean'], box);
  assert.is(clean.code, 0, clean.stderr);
  assert.equal([await policyAt(server), await leaseStatus(server)], ['Cluster', 404]);
});

test('a command of the user: undone after its trial, and by clean where the run was killed', async ({
  box,
  args,
  server,
}) => {
  const [taken, given] = [join(box.folder, 'taken'), join(box.folder, 'given')];
  const namesIn = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  // Nothing becomes of the node: both write down its name.
  const script = (name: string, file: string) => {
    const path = join(box.folder, name);
    writeFileSync(path, `#!/bin/sh\necho "$1" >> ${file}\n`, { mode: 0o755 });
    return `"${path}" {name}`;
  };
  const [command, recover] = [script('take', taken), script('give', given)];
  const [word = '', own = '', ...rest] = args;
  const file = join(box.folder, 'command.yaml');
  writeFileSync(
    file,
    readFileSync(own, 'utf8')
      .replace('kind: pod-delete,', `kind: command, command: '${command}', recover: '${recover}',`)
      .replace(/expect:.*\n/, 'repeats: 2\nobserve: short\n')
      .replace('duration: 20s', 'duration: 5s')
      .replace('duration=20000', 'duration=5000'),
  );
  const out = join(box.folder, 'command');
  const run = start([word, file, ...rest, '--allow-changes', '--out', out], box);
  const twice = async () => namesIn(taken) === 'stable-1\nstable-1\n';
  await waitFor('the fault of the second trial', 180_000, never, twice).catch((error) =>
    assert.unreachable(`${error}\n${run.said()}`),
  );
  run.child.kill('SIGKILL');
  await run.ended;
  assert.is(namesIn(given), 'stable-1\n', 'undone after the first trial');
  const clean = await runCli(['clean'], box);
  assert.is(clean.code, 0, clean.stderr);
  assert.is(namesIn(given), 'stable-1\nstable-1\n');
  assert.equal([await policyAt(server), await leaseStatus(server)], ['Cluster', 404]);
  assert.match(readFileSync(join(out, 'history.ndjson'), 'utf8'), '"noun":"commanded outage"');
});

test.run();
