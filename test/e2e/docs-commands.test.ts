import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findProgram } from '../../src/base/find-program.ts';
import { packageRoot } from '../../src/base/package.ts';
import { cliFile, processesOf, runCli, type Sandbox, sandbox, stateFiles } from '../support/cli.ts';
import { commands } from '../support/docs.ts';
import { mergePatch, reach } from '../support/playground.ts';
import { skipped } from '../support/skip.ts';

/*
 * What pages tell people to type, typed: by a shell, in a folder with the files that the pages speak of, on a playground in
 * place of their cluster. Only names of the reader's own are changed to ours.
 */
const test = suite('commands of the docs');

/** Those that another end-to-end test runs, as they need more than this machine's loopback or take long. */
const elsewhere: readonly (readonly [command: RegExp, file: string])[] = [
  [/--cluster kind|^cluster up experiments\//, 'kind'],
  [/--agents /, 'kind-neighbours'],
  [/--cluster context:staging/, 'own-cluster'],
  [/^run$|^run preemption switchover$/, 'start'],
  [/^flip .*--probe-path/, 'flip'],
  [/^rehearse --context prod --service \S+$/, 'playground'],
];

/** What some need at a test, at their ends: an answer, fewer streams, an end that comes soon. */
const more: readonly (readonly [command: RegExp, options: string])[] = [
  [/^flip (?!.*--dry-run).*--url/, '--yes --quiet --streams 4 --rate 5 --stability 2s'],
  [/^watch (?!.*--duration)/, '--duration 4s'],
  [/^drain-transit /, '--every 1s --settle 2s'],
  [/^fault /, '--hold 1s'],
  [/^rehearse .*-o (?!.*--write-only)|^rehearse -f/, '--write-only'],
];

/** How else than with 0 a command may end here. */
const ends: readonly (readonly [command: RegExp, ...codes: number[]])[] = [
  [/^doctor/, 0, 3], // 3: something that some commands need is not on this machine
  [/^flip .*--context prod$/, 64], // shows the plan, and that a flip takes more than this line
  [/^audit --context/, 1], // a node that only passes connections on is what it is to find
  // Held up by this machine, an instrument is late, and what it measured is unknown.
  [/^(run|report|watch|compare) (?!.*--dry-run)/, 0, 2],
];

const names = {
  service: 'midflight/midflight-ingress',
  node: 'spot-0',
  mine: `name: mine
nodes:
  - { name: stable, count: 2, labels: { pool: stable } }
  - { name: spot, count: 1, preemptible: true }
ingress: { kind: Deployment, replicas: 2, nodeSelector: { pool: stable } }
app: { kind: Deployment, replicas: 1, nodeSelector: { pool: stable } }
edge: { preset: haproxy }
load:
  - { kind: streams, concurrency: 4, duration: 20s }
  - { kind: probe, rate: 2 }
policies: [Cluster, Local]
fault: { kind: power-off, target: { runs: nothing } }
stability: 5s
observe: short
timeScale: 10
`,
  rendered: `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec:
  type: LoadBalancer
  selector: { app: web }
  ports: [{ port: 80 }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: web:1 }] }
`,
};

/** A shop that answers at once, but for `/slow` and `/export`, which take a second. */
const shop = createServer((request, response) => {
  const slow = /^\/(slow|export)/.test(request.url ?? '');
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.write('x\n');
  const end = setTimeout(() => response.end(), slow ? 1000 : 0);
  response.on('close', () => clearTimeout(end));
});

let box: Sandbox;
let env: NodeJS.ProcessEnv;

/** Runs a line as typed; what it said. */
function typed(line: string): Promise<{ readonly code: number | null; readonly said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', line], { cwd: box.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said }));
  });
}

const write = (name: string, text: string, mode = 0o644) => {
  writeFileSync(join(box.folder, name), text);
  chmodSync(join(box.folder, name), mode);
};

test.before(async () => {
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  box = sandbox();
  for (const folder of ['bin', 'rendered', 'reports', 'runs']) mkdirSync(join(box.folder, folder));
  write('bin/midflight', `#!/bin/sh\nexec '${process.execPath}' '${cliFile}' "$@"\n`, 0o755);
  write('bin/gcloud', `#!/bin/sh\necho "$@" >> '${join(box.folder, 'gcloud.log')}'\n`, 0o755);
  write('deploy.sh', '#!/bin/sh\nsleep 1\n', 0o755);
  write('rendered/web.yaml', names.rendered);
  for (const file of ['mine.yaml', 'my.yaml']) write(file, names.mine);
  symlinkSync(join(packageRoot(), 'experiments'), join(box.folder, 'experiments'));
  env = {
    ...box.env,
    PATH: `${join(box.folder, 'bin')}${delimiter}${process.env.PATH}`,
    KUBECONFIG: join(box.folder, 'kubeconfig'),
  };
  const { code, said } = await typed('midflight run my.yaml --quiet --out reports/monday');
  assert.ok(code === 0 || code === 2, said);
  const first = join(box.folder, 'reports', 'monday');
  for (const name of ['tuesday', 'nightly', '2026-03-01T14-05-09-preemption'])
    cpSync(first, join(box.folder, 'reports', name), { recursive: true });
  cpSync(join(first, 'report.json'), join(box.folder, 'baseline.json'));
  cpSync(join(first, 'history.ndjson'), join(box.folder, 'runs', 'history.ndjson'));
});

test.after(async () => {
  shop.closeAllConnections();
  shop.close();
  await runCli(['cluster', 'down'], box);
  const left = processesOf(box);
  const files = stateFiles(box);
  box.remove();
  assert.equal([left, files], [[], []], 'nothing is left');
});

/** The command, and one of midflight's that it runs itself, with what they need more at a test. */
function completed(command: string): string {
  const [own = '', during] = command.split(' -- ');
  const added = more.filter(([which]) => which.test(own)).map(([, text]) => text);
  const line = [own, ...added].join(' ');
  if (during === undefined) return line;
  const inner = /^midflight (.*)/.exec(during)?.[1];
  return `${line} -- ${inner === undefined ? during : `midflight ${completed(inner)}`}`;
}

/** The command with names of ours. */
function ours(command: string): string {
  const { port } = shop.address() as AddressInfo;
  return completed(command)
    .replaceAll('https://shop.example', `http://127.0.0.1:${port}`)
    .replaceAll('spot-7', command.includes('pod-delete') ? 'stable-1' : names.node)
    .replaceAll(/\b(web|ingress)\/traefik/g, names.service)
    .replace('--namespace ingress', '--namespace midflight')
    .replace('--service traefik', '--service midflight-ingress')
    .replace('svc/traefik', 'svc/midflight-ingress')
    .replace('--context kind-lab', '--context prod')
    .replace('--duration 2m', '--duration 4s');
}

test('what is left out here is run by a test that is there', () => {
  for (const [, file] of elsewhere)
    assert.ok(existsSync(join(packageRoot(), 'test', 'e2e', `${file}.test.ts`)), file);
  assert.ok(here.length > all.length * 0.7, `${here.length} of ${all.length}`);
});

const all = [...new Set(commands.map(({ command }) => command))];
const here = all.filter((command) => !elsewhere.some(([which]) => which.test(command)));
const ofPlayground =
  /--context prod|^connections|^drain-transit|kubectl|^fault |^rehearse --service|^cluster status/;

async function runs(command: string): Promise<void> {
  const before = stateFiles(box).length;
  const { code, said } = await typed(`midflight ${ours(command)}`);
  const [, ...codes] = ends.find(([which]) => which.test(command)) ?? [/./, 0];
  assert.ok(codes.includes(code ?? -1), `exit ${code}: midflight ${ours(command)}\n${said}`);
  assert.ok(stateFiles(box).length <= before, 'nothing is left');
}

const files = here.filter((one) => !ofPlayground.test(one) && !/^cluster (up|down)/.test(one));
for (const command of files) test(`midflight ${command}`, () => runs(command));

let server: string;

test('midflight cluster up mine.yaml --cluster embedded --time-scale 10: the cluster for what follows', async () => {
  const line = here.find((command) => /^cluster up mine\.yaml --cluster embedded/.test(command));
  assert.ok(line, 'the page has it');
  const { code, said } = await typed(`midflight ${line}`);
  assert.is(code, 0, said);
  const up = reach(said);
  server = up.server;
  const config = JSON.parse(readFileSync(up.kubeconfig, 'utf8'));
  const { cluster, user } = config.contexts[0].context;
  const context = { cluster, user, namespace: 'midflight' };
  writeFileSync(
    env.KUBECONFIG ?? '',
    JSON.stringify({ ...config, contexts: [{ name: 'prod', context }], 'current-context': 'prod' }),
  );
  const labels = { 'midflight.dev/chaos': 'allowed', 'topology.kubernetes.io/zone': 'zone-a' };
  for (const node of ['stable-0', 'stable-1', names.node])
    await mergePatch(server, `/api/v1/nodes/${node}`, { metadata: { labels } });
});

const kubectl = findProgram('kubectl', process.env);
if (kubectl === null) skipped('kubectl', 'commands of the docs that call kubectl', 'there is no kubectl');

for (const command of here.filter(
  (one) => ofPlayground.test(one) && (kubectl !== null || !/kubectl/.test(one)),
))
  test(`midflight ${command}`, async () => {
    await mergePatch(server, '/api/v1/namespaces/midflight/services/midflight-ingress', {
      spec: { externalTrafficPolicy: 'Cluster' },
    });
    await runs(command);
  });

test('midflight cluster down, up as a playground, and down', async () => {
  assert.ok(here.includes('cluster up --cluster embedded') && here.includes('cluster down'));
  for (const command of ['cluster down', 'cluster up --cluster embedded', 'cluster down']) {
    const { code, said } = await typed(`midflight ${command}`);
    assert.is(code, 0, said);
  }
});

test.run();
