import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type AuditReport, auditReport } from '../../../src/audit/schema.ts';
import { deployment, idsOf, node, service, slice, spot } from '../../support/audit.ts';
import { assertRefused, tell } from '../../support/in-process.ts';
import {
  type ReadOnlyApi,
  type ReadOnlyOptions,
  readOnlyApi as started,
} from '../../support/read-only-api.ts';

/* The command against an API server that counts what is asked of it. */
const test = suite('audit of a live cluster');

const folder = mkdtempSync(join(tmpdir(), 'midflight-audit-'));
const open: ReadOnlyApi[] = [];
/** Stopped after the test, also where it fails. */
async function readOnlyApi(options: ReadOnlyOptions): Promise<ReadOnlyApi> {
  const api = await started(options);
  open.push(api);
  return api;
}
test.after.each(async () => {
  for (const api of open.splice(0)) await api.stop();
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

const paths = {
  nodes: '/api/v1/nodes',
  services: '/api/v1/services',
  slices: '/apis/discovery.k8s.io/v1/endpointslices',
  deployments: '/apis/apps/v1/deployments',
};
const trap = {
  [paths.nodes]: [node('a'), node('b'), node('s', spot)],
  [paths.services]: [service(), service({ type: 'ClusterIP' }, { name: 'inner' })],
  [paths.slices]: [slice(['a', 'b'])],
  [paths.deployments]: [],
};

interface Heard {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly requests: readonly string[];
  readonly writes: readonly string[];
}

async function audited(options: ReadOnlyOptions, argv: readonly string[] = []): Promise<Heard> {
  const api = await readOnlyApi(options);
  try {
    const file = join(folder, 'kubeconfig');
    writeFileSync(file, api.kubeconfig);
    const { code, stdout, stderr } = await tell(['audit', '--format', 'json', ...argv], '', {
      KUBECONFIG: file,
    });
    return { code, stdout, stderr, requests: api.requests, writes: api.writes };
  } finally {
    await api.stop();
  }
}

const reportOf = ({ stdout, stderr }: Heard): AuditReport => {
  assert.is(stderr, '');
  return auditReport.parse(JSON.parse(stdout));
};

test('finds the trap, and writes nothing', async () => {
  const heard = await audited({ lists: trap });
  const report = reportOf(heard);
  assert.is(heard.code, 1);
  assert.equal(idsOf(report), ['MF001']);
  assert.equal(report.source, { kind: 'live', context: 'prod' });
  assert.is(report.kubernetes, '1.37');
  assert.equal(heard.writes, []);
  assert.not.ok(
    heard.requests.some((request) => /secrets|pods|watch/.test(request)),
    'asks for no more than it needs',
  );
});

test('an API server that did write would be seen: the counter counts', async () => {
  const api = await readOnlyApi({ lists: {} });
  const { clusters } = JSON.parse(api.kubeconfig);
  await fetch(`${clusters[0].cluster.server}/api/v1/nodes/a`, { method: 'PATCH' });
  await api.stop();
  assert.equal(api.writes, ['PATCH /api/v1/nodes/a']);
});

test('--fail-on', async () => {
  assert.is((await audited({ lists: trap }, ['--fail-on', 'critical'])).code, 0);
  assert.is((await audited({ lists: trap }, ['--fail-on', 'never'])).code, 0);
  assert.is((await audited({ lists: trap }, ['--fail-on', 'info'])).code, 1);
});

test('long lists come in pages, again from the start if the server forgot them', async () => {
  const many = Array.from({ length: 1200 }, (_, index) => node(`n${index}`));
  const heard = await audited({ lists: { ...trap, [paths.nodes]: many }, expiring: [paths.nodes] });
  assert.is(reportOf(heard).nodes, 1200);
  assert.is(heard.requests.filter((request) => request.startsWith(paths.nodes)).length, 5);
});

test('what RBAC refuses is named as a rule, and the verdict is unknown', async () => {
  const heard = await audited({
    lists: { ...trap, [paths.services]: [service()] },
    forbidden: [paths.nodes],
  });
  const report = reportOf(heard);
  assert.is(heard.code, 2);
  assert.is(report.verdict, 'unknown');
  assert.equal(
    report.missingAccess.map(({ apiGroup, resource, verb }) => [apiGroup, resource, verb]),
    [['', 'nodes', 'list']],
  );
  const { stdout } = await audited({ lists: trap, forbidden: [paths.nodes] }, ['--service', 'web']);
  assert.is(JSON.parse(stdout).undecided[0].because, 'no Node is known');
});

test('the table prints the missing rule as YAML', async () => {
  const api = await readOnlyApi({ lists: trap, forbidden: [paths.slices] });
  const file = join(folder, 'kubeconfig');
  writeFileSync(file, api.kubeconfig);
  const { code, stdout } = await tell(['audit', '--kubeconfig', file]);
  await api.stop();
  assert.is(code, 2);
  assert.match(
    stdout,
    / {2}- apiGroups: \["discovery\.k8s\.io"\] .*\n {4}resources: \["endpointslices"\]\n {4}verbs: \["list"\]/,
  );
});

test('a namespace is asked for by its own path: a Role is enough', async () => {
  const lists = {
    [paths.nodes]: [node('a')],
    '/api/v1/namespaces/shop/services': [service()],
    '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices': [slice(['a'])],
  };
  const heard = await audited({ lists }, ['--namespace', 'shop']);
  assert.equal(
    reportOf(heard).services.map((one) => one.service),
    ['shop/web'],
  );
  assert.not.ok(heard.requests.some((request) => request.startsWith(paths.services)));
});

test('Kubernetes 1.36 and exec readiness probes', async () => {
  const pods = deployment({}, { readinessProbe: { exec: { command: ['true'] } } });
  const lists = { ...trap, [paths.deployments]: [pods] };
  const ids = async (minor: string) =>
    idsOf(reportOf(await audited({ lists, version: { major: '1', minor } })));
  assert.ok((await ids('36+')).includes('MF021'));
  assert.not.ok((await ids('37')).includes('MF021'));
});

test('a Service without a ready endpoint', async () => {
  const report = reportOf(await audited({ lists: { ...trap, [paths.slices]: [] } }));
  assert.equal(idsOf(report), ['MF024']);
});

test('tokens and exec plugins', async () => {
  const plugin = join(folder, 'plugin.mjs');
  const credential = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token: 't0' },
  };
  writeFileSync(plugin, `console.log(${JSON.stringify(JSON.stringify(credential))})`);
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: process.execPath,
    args: [plugin],
    interactiveMode: 'Never',
  };
  for (const user of [{ token: 't0' }, { exec }]) {
    assert.is((await audited({ lists: trap, token: 't0', user })).code, 1, JSON.stringify(user));
  }
  const refused = await audited({ lists: trap, token: 't0', user: { token: 'other' } });
  assert.is(refused.code, 3);
  assert.match(refused.stderr, /log in again/);
  const missing = await audited({ lists: trap, user: { exec: { ...exec, command: join(folder, 'none') } } });
  assert.is(missing.code, 3, missing.stderr);
});

test('what is wrong with the command line or the kubeconfig: 64', async () => {
  const api = await readOnlyApi({ lists: trap });
  const file = join(folder, 'kubeconfig');
  writeFileSync(file, api.kubeconfig);
  const env = { KUBECONFIG: file, HOME: folder };
  const refused = async (argv: readonly string[], said: RegExp, own = env) => {
    const told = await tell(['audit', ...argv], '', own);
    assertRefused(told, argv.join(' '));
    assert.match(told.stderr, said);
  };
  await refused(['--context', 'other'], /there is no context 'other'[\s\S]*prod/);
  await refused(['--service', 'nothing'], /there is no Service 'nothing'/);
  await refused(['--service', 'inner'], /of type ClusterIP/);
  await refused(['--longest', 'long'], /not a duration/);
  await refused(['--spot-label', 'x y=z'], /not KEY=VALUE/);
  await refused(['--fail-on', 'bad'], /bad/);
  await refused(['-f', file, '--context', 'prod'], /leave one/);
  await refused(['-f', join(folder, 'none.yaml')], /no such file/);
  await refused([], /not there/, { KUBECONFIG: join(folder, 'none'), HOME: folder });
  await refused([], /no kubeconfig/, { KUBECONFIG: '', HOME: folder });
  writeFileSync(join(folder, 'bad.yaml'), 'kind: Service\nmetadata: {name: a}\nspec: {ports: nothing}\n');
  await refused(['-f', join(folder, 'bad.yaml')], /bad\.yaml:1:1: this Service .* spec\.ports/);
  writeFileSync(join(folder, 'bad.yaml'), 'kind: [\n');
  await refused(['-f', join(folder, 'bad.yaml')], /bad\.yaml:2:1: /);
  await api.stop();
});

test('no API server: 3, and what to do', async () => {
  const api = await readOnlyApi({ lists: {} });
  await api.stop();
  const file = join(folder, 'kubeconfig');
  writeFileSync(file, api.kubeconfig);
  const { code, stderr } = await tell(['audit'], '', { KUBECONFIG: file });
  assert.is(code, 3);
  assert.match(stderr, /context prod/);
  assert.match(stderr, /cluster-info/);
});

test('--manifests places the findings of a live cluster', async () => {
  const manifests = mkdtempSync(join(folder, 'manifests-'));
  writeFileSync(
    join(manifests, 'web.yaml'),
    '# the ingress\n---\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec:\n  externalTrafficPolicy: Cluster\n',
  );
  const [finding] = reportOf(await audited({ lists: trap }, ['--manifests', manifests])).findings;
  assert.equal(finding?.place, { file: join(manifests, 'web.yaml'), line: 6, column: 26 });
});

test('standard input, and a Service in a chart without a namespace', async () => {
  const yaml =
    'kind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer, externalTrafficPolicy: Local, ports: []}\n---\n---\n# nothing\n';
  const { code, stdout } = await tell(['audit', '-f', '-', '--format', 'json'], yaml);
  assert.is(code, 0);
  assert.is(JSON.parse(stdout).services[0].service, 'default/web');
});

test.run();
