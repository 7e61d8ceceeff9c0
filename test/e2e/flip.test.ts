import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CoordinationV1Api, CoreV1Api } from '@kubernetes/client-node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { report as reportSchema } from '../../src/analysis/schema.ts';
import { runLease } from '../../src/changes/kinds/index.ts';
import { asMergePatch } from '../../src/changes/kinds/patching.ts';
import { kubeConfigFromText } from '../../src/kube/config.ts';
import { httpStatusOf } from '../../src/kube/errors.ts';
import { excludeLabel } from '../../src/kube/names.ts';
import {
  parentOf,
  processesWith,
  runCli,
  type Sandbox,
  type Started,
  sandbox,
  start,
  until,
} from '../support/cli.ts';
import { reach } from '../support/playground.ts';

/*
 * A flip of a live Service on a cluster that was there before it: whole, under load; stopped half-way by everything that may
 * stop it, and rolled back; killed half-way and undone; killed half-way and completed.
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
  const { kubeconfig, resolve, host, port } = reach(up.stdout);
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

const configOf = (kubeconfig: string) => kubeConfigFromText(readFileSync(kubeconfig, 'utf8'));

/** The policy, and the nodes that are excluded. */
async function state(kubeconfig: string): Promise<string> {
  const core = configOf(kubeconfig).makeApiClient(CoreV1Api);
  const { spec } = await core.readNamespacedService({ namespace: 'midflight', name: 'midflight-ingress' });
  const { items } = await core.listNode();
  const excluded = items.filter(({ metadata }) => excludeLabel in (metadata?.labels ?? {}));
  const names = excluded.map(({ metadata }) => metadata?.name ?? '');
  return `${spec?.externalTrafficPolicy}, excluded: ${names.sort().join(' ')}`;
}

/** A flip that has come to these words. */
async function begun(args: readonly string[], box: Sandbox, what: RegExp): Promise<Started> {
  const started = start(args, box);
  await until('the step', () => what.test(started.said()) || started.child.exitCode !== null);
  assert.match(started.said(), what, started.said());
  return started;
}

async function killedInStep(args: readonly string[], box: Sandbox, what: RegExp): Promise<void> {
  const started = await begun(args, box, what);
  started.child.kill('SIGKILL');
  await started.ended;
}

const first = /step 1 of 2, exclude: made/;
const before = 'Cluster, excluded: ';

/** Ended by itself with this code, having undone what it did. */
async function rolledBack(started: Started, kubeconfig: string, code: number, why: RegExp): Promise<void> {
  const ended = await started.ended;
  assert.match(ended.stderr, why);
  assert.match(ended.stderr, /rolled back: the Service and the nodes are as before/);
  assert.is(ended.code, code, ended.stderr);
  assert.is(await state(kubeconfig), before);
}

/** How a flip may be stopped once its first step is made. What has no test here of its own is in test/unit/run/flip. */
const stops: readonly {
  readonly what: string;
  readonly code: number;
  readonly why: RegExp;
  readonly stop: (started: Started, kubeconfig: string) => Promise<void>;
}[] = [
  {
    what: 'Ctrl-C',
    code: 130,
    why: /stopped: /,
    stop: async ({ child }) => void child.kill('SIGINT'),
  },
  {
    what: 'SIGTERM',
    code: 130,
    why: /stopped: /,
    stop: async ({ child }) => void child.kill('SIGTERM'),
  },
  {
    what: 'somebody else takes the Lease',
    code: 3,
    why: /the lease kube-system\/midflight was taken by somebody else/,
    async stop(_, kubeconfig) {
      const api = configOf(kubeconfig).makeApiClient(CoordinationV1Api);
      const lease = await api.readNamespacedLease({ ...runLease });
      const spec = { ...lease.spec, holderIdentity: 'somebody else' };
      await api.replaceNamespacedLease({ ...runLease, body: { ...lease, spec } });
    },
  },
  {
    what: 'an instrument that is held up for longer than an outage may last unseen',
    code: 3,
    // From 2 s of silence on it counts as hung; whether that or its own word of its lateness comes first is chance.
    why: /probe was \d+ ms late|probe: did not answer for \d/,
    async stop({ child }) {
      const [probe] = processesWith(['roles/probe.mjs']).filter((pid) => parentOf(pid) === child.pid);
      assert.ok(probe);
      process.kill(probe, 'SIGSTOP');
      await new Promise((resolve) => setTimeout(resolve, 2500));
      process.kill(probe, 'SIGCONT');
    },
  },
  {
    what: 'an instrument that is killed',
    code: 3,
    why: /stopped: streams: ended unexpectedly \(SIGKILL\)/,
    async stop({ child }) {
      const [recorder] = processesWith(['roles/recorder.mjs']).filter((pid) => parentOf(pid) === child.pid);
      assert.ok(recorder);
      process.kill(recorder, 'SIGKILL');
    },
  },
  {
    what: 'more streams are lost than may be',
    code: 3,
    why: /streams? (was|were) lost, and 0 may be \(--max-lost\)|probes on \w+ connections failed/,
    async stop(_, kubeconfig) {
      const core = configOf(kubeconfig).makeApiClient(CoreV1Api);
      const namespace = 'midflight';
      const { items } = await core.listNamespacedPod({ namespace });
      const ingress = items
        .map(({ metadata }) => metadata?.name ?? '')
        .filter((name) => /ingress/.test(name));
      for (const name of ingress) await core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 });
    },
  },
];

test('a whole flip under load: nothing is lost, and a second one meanwhile is refused', async ({
  box,
  kubeconfig,
  flip,
}) => {
  const started = await begun(flip('Local'), box, first);
  const second = await runCli(flip('Local'), box);
  assert.is(second.code, 3, second.stderr);
  assert.match(second.stderr, /midflight on \S+, process \d+/, 'the holder is named');
  const { code, stderr } = await started.ended;
  assert.is(code, 0, stderr);
  assert.is(await state(kubeconfig), 'Local, excluded: spot-0');
  const file = join(box.folder, 'Local', 'report.json');
  const [trial] = reportSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).trials;
  const lanes = Object.values(trial?.probes ?? {}).flatMap((lane) => (lane === null ? [] : [lane]));
  assert.is(lanes.length, 2);
  assert.ok(trial && trial.requests.started > 0 && lanes.every(({ sent }) => sent > 0));
  assert.equal([trial.requests.lost, ...lanes.map(({ failed }) => failed)], [0, 0, 0]);
  const core = configOf(kubeconfig).makeApiClient(CoreV1Api);
  const name = 'midflight-ingress';
  // As an administrator does it: the state that the next flip begins from.
  const body = { spec: { externalTrafficPolicy: 'Cluster' } };
  await core.patchNamespacedService({ namespace: 'midflight', name, body }, asMergePatch);
  const without = { metadata: { labels: { [excludeLabel]: null } } };
  await core.patchNode({ name: 'spot-0', body: without }, asMergePatch);
  assert.is(await state(kubeconfig), before);
});

for (const { what, code, why, stop } of stops)
  test(`${what}: it is rolled back`, async ({ box, kubeconfig, flip }) => {
    const started = await begun(flip('Local'), box, first);
    await stop(started, kubeconfig);
    await rolledBack(started, kubeconfig, code, why);
    // What somebody else took is theirs: the next flip waits for them to give it back.
    const api = configOf(kubeconfig).makeApiClient(CoordinationV1Api);
    await api.deleteNamespacedLease({ ...runLease }).catch((error: unknown) => {
      assert.is(httpStatusOf(error), 404);
    });
  });

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
