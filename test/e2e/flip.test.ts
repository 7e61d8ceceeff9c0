import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CoreV1Api } from '@kubernetes/client-node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { kubeConfigFromText } from '../../src/kube/config.ts';
import { excludeLabel } from '../../src/kube/names.ts';
import { runCli, type Sandbox, sandbox, start, until } from '../support/cli.ts';

/*
 * A flip of a live Service on a cluster that was there before it: killed half-way and undone, killed half-way and completed.
 */
const test = suite<{ box: Sandbox; kubeconfig: string; flip: (to: string) => string[] }>('flip');
const scenario = `name: flips
nodes:
  - { name: stable, count: 2, labels: { pool: stable } }
  - { name: spot, count: 1, preemptible: true }
ingress: { kind: Deployment, replicas: 2, nodeSelector: { pool: stable } }
app: { kind: Deployment, replicas: 1, nodeSelector: { pool: stable } }
edge: { preset: haproxy }
load: [{ kind: probe, rate: 1 }]
policies: [Local]
`;

test.before(async (context) => {
  const box = sandbox();
  context.box = box;
  writeFileSync(join(box.folder, 'flips.yaml'), scenario);
  const up = await runCli(['cluster', 'up', 'flips.yaml', '--cluster', 'embedded', '--time-scale', '4'], box);
  assert.is(up.code, 0, up.stderr);
  const [, kubeconfig = ''] = /export KUBECONFIG=(\S+)/.exec(up.stdout) ?? [];
  const [, resolve = ''] = /--resolve (\S+:\d+:\S+) /.exec(up.stdout) ?? [];
  const [host, port] = resolve.split(':');
  context.kubeconfig = kubeconfig;
  context.flip = (to) => [
    ...['flip', 'midflight/midflight-ingress', '--to', to, '--kubeconfig', kubeconfig],
    ...[
      '--url',
      `http://${host}:${port}/stream?id=f&duration=6000&interval=500&chunk=64`,
      '--resolve',
      resolve,
    ],
    // Few and patient: what is tested is what is changed, on a machine of any speed.
    ...['--probe-path', '/short?id=f', '--streams', '4', '--rate', '2', '--stability', '3s'],
    ...['--out', join(box.folder, to), '--force', '--allow-changes', '--yes', '--quiet'],
  ];
});
test.after(async ({ box }) => {
  await runCli(['cluster', 'down'], box);
  box.remove();
});

/** The policy, and the nodes that are excluded. */
async function state(kubeconfig: string): Promise<string> {
  const core = kubeConfigFromText(readFileSync(kubeconfig, 'utf8')).makeApiClient(CoreV1Api);
  const { spec } = await core.readNamespacedService({ namespace: 'midflight', name: 'midflight-ingress' });
  const { items } = await core.listNode();
  const excluded = items.filter(({ metadata }) => excludeLabel in (metadata?.labels ?? {}));
  const names = excluded.map(({ metadata }) => metadata?.name ?? '');
  return `${spec?.externalTrafficPolicy}, excluded: ${names.sort().join(' ')}`;
}

async function killedInStep(args: readonly string[], box: Sandbox, what: RegExp): Promise<void> {
  const started = start(args, box);
  await until('the step', () => what.test(started.said()) || started.child.exitCode !== null);
  assert.match(started.said(), what, started.said());
  started.child.kill('SIGKILL');
  await started.ended;
}

test('SIGKILL in the flip, then clean: Service and nodes are as before', async ({
  box,
  kubeconfig,
  flip,
}) => {
  await killedInStep(flip('Local'), box, /step 2 of 2, flip: made/);
  assert.is(await state(kubeconfig), 'Local, excluded: spot-0');
  const again = await runCli(flip('Local'), box);
  assert.is(again.code, 3);
  assert.match(again.stderr, /was killed and has left changes on this cluster/);
  const clean = await runCli(['clean'], box);
  assert.is(clean.code, 0, clean.stdout);
  assert.match(clean.stdout, /flip midflight\/midflight-ingress to Local by exclude-first/);
  assert.is(await state(kubeconfig), 'Cluster, excluded: ');
});

test('SIGKILL after the first step, then clean --finish: the flip is completed', async ({
  box,
  kubeconfig,
  flip,
}) => {
  await killedInStep(flip('Local'), box, /step 1 of 2, exclude: made/);
  assert.is(await state(kubeconfig), 'Cluster, excluded: spot-0');
  const finish = await runCli(['clean', '--finish'], box);
  assert.is(finish.code, 0, finish.stdout);
  assert.is(await state(kubeconfig), 'Local, excluded: spot-0');
  assert.match((await runCli(['clean'], box)).stdout, /nothing was left/);
});

test.run();
