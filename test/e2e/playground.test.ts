import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { findProgram } from '../../src/base/find-program.ts';
import { processesOf, runCli, type Sandbox, sandbox, start, stateFiles, until } from '../support/cli.ts';
import { allowChaos, type Reach, reach } from '../support/playground.ts';
import { skipped } from '../support/skip.ts';

/* An embedded cluster that stays: up in the background, used by kubectl and by midflight, ended by `cluster down`. */
const test = suite<{ box: Sandbox }>('playground');

test.before((context) => {
  context.box = sandbox();
});
test.after.each(async ({ box }) => {
  await runCli(['cluster', 'down'], box);
});
test.after(({ box }) => box.remove());

interface Ran {
  readonly code: number | null;
  readonly text: string;
}

function command(program: string, args: readonly string[], env: NodeJS.ProcessEnv, input = ''): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, text }));
    child.stdin.end(input);
  });
}

test('up leaves it running: API, balancer, audit, kubectl; down ends all of it', async ({ box }) => {
  const up = await runCli(['cluster', 'up', '--cluster', 'embedded', '--time-scale', '10'], box);
  assert.is(up.code, 0, up.stderr);
  const { kubeconfig, server, port, address } = reach(up.stdout);
  const status = await runCli(['cluster', 'status'], box);
  assert.match(status.stdout, /embedded, 5 nodes, time runs 10 times as fast/);
  assert.match(status.stdout, kubeconfig);

  // The ingress knows another Host than this: that it answers is what is to be seen.
  const { status: http } = await fetch(`http://${address}:${port}/short?id=x`);
  assert.is(http, 404);

  const audit = await runCli(['audit', '--kubeconfig', kubeconfig, '--format', 'json'], box);
  assert.is(audit.code, 1, audit.stderr);
  const [service] = z
    .object({
      services: z.array(
        z.object({
          balancer: z.object({ preset: z.string(), confidence: z.string() }),
          preemptibleTransit: z.object({ names: z.array(z.string()) }),
          exposedShare: z.number(),
        }),
      ),
    })
    .parse(JSON.parse(audit.stdout)).services;
  assert.is(service?.balancer.preset, 'gke-instance-group');
  assert.is(service?.balancer.confidence, 'seen');
  assert.equal(service?.preemptibleTransit.names, ['preemptible-0', 'preemptible-1', 'preemptible-2']);
  assert.is(service?.exposedShare, 0.6);

  await rehearses(kubeconfig, box);
  await takesPods({ kubeconfig, server }, box);
  await withKubectl({ ...box.env, KUBECONFIG: kubeconfig }, box);

  const down = await runCli(['cluster', 'down'], box);
  assert.is(down.code, 0, down.stderr);
  assert.match(down.stdout, /^preemption-[0-9a-f]{6}: removed$/m);
  assert.equal(processesOf(box), []);
  assert.equal(stateFiles(box), []);
});

/** Its own shape as a scenario, run as a second embedded cluster beside it: what the audit has inferred is measured. */
async function rehearses(kubeconfig: string, box: Sandbox): Promise<void> {
  const file = join(box.folder, 'rehearsal.yaml');
  const both = ['--policy', 'Cluster', '--policy', 'Local'];
  const args = ['rehearse', '--kubeconfig', kubeconfig, '-o', file, ...both, '--quiet'];
  const ran = await runCli([...args, '--out', join(box.folder, 'rehearsal')], box);
  assert.match(ran.stdout, /a node's death under Cluster, as it is now: [1-9]\d* of \d+ requests are cut; /);
  assert.match(ran.stdout, /a node's death under Local: 0 of \d+ requests are cut; no new connection fails/);
  assert.is(ran.code, 0, ran.stderr);
  const scenario = readFileSync(file, 'utf8');
  assert.match(scenario, / {2}- name: preemptible\n {4}count: 3\n {4}preemptible: true\n/);
  assert.match(scenario, /preset: gke-instance-group/);
  const valid = await runCli(['validate', file], box);
  assert.is(valid.code, 0, valid.stderr);
}

/** A pod of the Service deleted on a node that allows it: the command ends with its work, long before any of its limits. */
async function takesPods(
  { kubeconfig, server }: Pick<Reach, 'kubeconfig' | 'server'>,
  box: Sandbox,
): Promise<void> {
  await allowChaos(server, 'stable-1');
  const service = ['--service', 'midflight/midflight-ingress', '--kubeconfig', kubeconfig];
  const ran = await runCli(
    ['fault', 'pod-delete', 'stable-1', ...service, '--hold', '1s', '--allow-changes'],
    box,
  );
  assert.is(ran.code, 0, ran.stderr);
  assert.match(ran.stderr, /on stable-1 has ended/);
  assert.match(ran.stderr, /undone: .*its controller makes another pod/);
}

/** kubectl's commands, each with what it must print; all end with 0 unless said. */
const commands: readonly (readonly [args: string, prints: RegExp, code?: number])[] = [
  ['get nodes -o wide', /^stable-0 +Ready +<none> +\S+ +\S+ +127\./m],
  ['get services -n midflight', /^midflight-ingress +LoadBalancer +\S+ +127\.\S+ +80:\d+\/TCP/m],
  ['label node stable-0 shape=round', /labeled/],
  ['patch service midflight-ingress -n midflight -p {"spec":{"externalTrafficPolicy":"Local"}}', /patched/],
  [
    'patch service midflight-ingress -n midflight -p {"spec":{"externalTraficPolicy":"x"}}',
    /Warning: unknown field "spec.externalTraficPolicy"/,
  ],
  ['get deployments -n midflight', /^midflight-app +2\/2 +2 +2 /m],
  ['get daemonsets -A', /No resources found/],
  ['get events -n midflight', /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE$/m],
  ['auth can-i delete nodes', /^yes$/m],
  ['explain service.spec', /^ {2}externalTrafficPolicy\t<unknown>$/m],
  ['explain service.spec.externalTraficPolicy', /field "externalTraficPolicy" does not exist/, 1],
  ['top nodes', /Metrics API not available/, 1],
  ['rollout history deployment/midflight-app -n midflight', /keeps no revisions/, 1],
  ['rollout undo deployment/midflight-app -n midflight', /keeps no revisions/, 1],
  ['describe service midflight-ingress -n midflight', /External Traffic Policy: +Local/],
  ['edit service midflight-ingress -n midflight', /edited/],
  ['get service midflight-ingress -n midflight -o yaml', /externalTrafficPolicy: Cluster/],
  ['create -f FILE', /configmap\/settings created/],
  ['apply --server-side --force-conflicts -f FILE', /serverside-applied/],
  ['apply -f FILE', /configmap\/settings (configured|unchanged)/],
  ['apply -f MISSPELT', /unknown field "dta"/, 1],
  ['create -f MISSPELT', /unknown field "dta"/, 1],
  ['create configmap other --from-literal=a=b', /kubectl create -f -/, 1],
  ['exec -n midflight deployment/midflight-app -- ls', /nothing can be executed in a pod/, 1],
  ['drain stable-1 --ignore-daemonsets --timeout=60s', /node\/stable-1 drained/],
  ['uncordon stable-1', /uncordoned/],
  ['rollout restart deployment midflight-app -n midflight', /restarted/],
  ['rollout status deployment midflight-app -n midflight --timeout=60s', /successfully rolled out/],
  ['logs deployment/midflight-app -n midflight', /keeps no logs/, 1],
  // An image that no node knows: the pod does not start, and everything else goes on.
  ['run stranger --image=example.com/stranger', /created/],
  ['get pods -n midflight', /Running/],
];

async function withKubectl(env: NodeJS.ProcessEnv, box: Sandbox): Promise<void> {
  const kubectl = findProgram('kubectl', env);
  if (kubectl === null) return skipped('kubectl', 'kubectl on a playground', 'there is no kubectl');
  const home = { ...env, HOME: box.folder, EDITOR: 'sed -i s/Policy:.Local/Policy:\\ Cluster/' };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' } };
  const files = { FILE: { ...object, data: { a: 'b' } }, MISSPELT: { ...object, dta: { a: 'b' } } };
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(box.folder, name), JSON.stringify(content));
  for (const [args, prints, code = 0] of commands) {
    const words = args.split(' ').map((word) => (Object.hasOwn(files, word) ? join(box.folder, word) : word));
    const ran = await command(kubectl, words, home);
    assert.match(ran.text, prints, args);
    assert.is(ran.code, code, `${args}\n${ran.text}`);
  }
}

function twoNodes(box: Sandbox): string {
  const file = join(box.folder, 'two.yaml');
  writeFileSync(
    file,
    'name: two\nnodes: [{ name: a, count: 2 }]\nload: [{ kind: probe, rate: 1 }]\npolicies: [Local]\n',
  );
  return file;
}

test('a scenario of the user in the foreground: Ctrl-C ends it, exit 0', async ({ box }) => {
  const started = start(['cluster', 'up', twoNodes(box), '--cluster', 'embedded', '--foreground'], box);
  await until('the cluster is up', () => started.said().includes('Ctrl-C ends it'));
  assert.match(reach(started.said()).server, /^http:\/\/127\./);
  started.child.kill('SIGINT');
  const ended = await started.ended;
  assert.is(ended.code, 0, ended.stderr);
  assert.equal(processesOf(box), []);
});

test('SIGKILL of what holds it ends all of it, and the next command finds nothing', async ({ box }) => {
  const started = start(['cluster', 'up', twoNodes(box), '--cluster', 'embedded', '--foreground'], box);
  await until('the cluster is up', () => started.said().includes('Ctrl-C ends it'));
  started.child.kill('SIGKILL');
  await started.ended;
  await until('every process has ended', () => processesOf(box).length === 0);
  const status = await runCli(['cluster', 'status'], box);
  assert.not.match(status.stdout, /embedded/);
  const clean = await runCli(['clean'], box);
  assert.is(clean.code, 0, clean.stdout);
});

test('a scenario that cannot run is refused before anything starts', async ({ box }) => {
  const missing = await runCli(['cluster', 'up', 'nowhere.yaml', '--cluster', 'embedded'], box);
  assert.is(missing.code, 64);
  assert.match(missing.stderr, /there is no such file/);
});

test.run();
