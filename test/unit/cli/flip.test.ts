import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { MidflightError } from '../../../src/base/errors.ts';
import { switchoverNames } from '../../../src/catalogue/switchovers.ts';
import { type FlipArguments, flipService } from '../../../src/cli/flip-service.ts';
import { watchDefaults } from '../../../src/cli/watch-defaults.ts';
import { flipAccess } from '../../../src/policies/access.ts';
import { type ReadOnlyApi, type ReadOnlyOptions, readOnlyApi } from '../../support/read-only-api.ts';

/* Against an API server that refuses every write and counts it. */
const test = suite<{ folder: string; state: string | undefined }>(
  'midflight flip, before anything is changed',
);

test.before((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'midflight-test-flip-'));
  context.state = process.env.MIDFLIGHT_STATE_DIR;
  process.env.MIDFLIGHT_STATE_DIR = context.folder;
});
test.after(({ folder, state }) => {
  if (state === undefined) delete process.env.MIDFLIGHT_STATE_DIR;
  else process.env.MIDFLIGHT_STATE_DIR = state;
  rmSync(folder, { recursive: true, force: true });
});

const node = (name: string, labels = {}) => ({
  metadata: { name, labels },
  spec: { providerID: `kind://docker/x/${name}` },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
});
const pod = (nodeName: string) => ({
  metadata: { name: `traefik-${nodeName}`, namespace: 'web', labels: { app: 'traefik' } },
  spec: { nodeName },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
});
const service = {
  metadata: { name: 'traefik', namespace: 'web' },
  spec: {
    type: 'LoadBalancer',
    externalTrafficPolicy: 'Cluster',
    selector: { app: 'traefik' },
    ports: [{ port: 80, nodePort: 30_080 }],
  },
  status: { loadBalancer: { ingress: [{ ip: '203.0.113.9' }] } },
};
const lists = {
  '/api/v1/nodes': [node('a'), node('b'), node('spot', { 'cloud.google.com/gke-spot': 'true' })],
  '/api/v1/namespaces/web/services': [service],
  '/api/v1/namespaces/web/pods': [pod('a'), pod('b')],
};

interface Flipped {
  readonly api: ReadOnlyApi;
  readonly error: MidflightError | null;
  readonly code: number | null;
  readonly stdout: string;
}

async function flipped(
  folder: string,
  args: Partial<FlipArguments>,
  options: Partial<ReadOnlyOptions> = {},
): Promise<Flipped> {
  const api = await readOnlyApi({ lists, ...options });
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, api.kubeconfig);
  const stdout = new PassThrough();
  let text = '';
  stdout.on('data', (chunk) => {
    text += chunk;
  });
  let error: MidflightError | null = null;
  let code: number | null = null;
  try {
    code = await flipService(
      {
        ...{ service: 'web/traefik', to: 'Local', strategy: 'auto', balancer: 'haproxy' },
        ...{ url: 'http://127.0.0.1:1/', context: undefined, kubeconfig, namespace: undefined },
        ...{ allowChanges: false, yes: true, dryRun: false, maxLost: 0, maxFailed: 0, json: false },
        watched: {
          ...watchDefaults,
          probePath: undefined,
          headers: [],
          headerFile: undefined,
          resolve: undefined,
          out: join(folder, 'out'),
          quiet: true,
        },
        ...args,
      },
      { stdout, stderr: new PassThrough(), env: {} },
    );
  } catch (thrown) {
    if (!(thrown instanceof MidflightError)) throw thrown;
    error = thrown;
  } finally {
    await api.stop();
  }
  return { api, error, code, stdout: text };
}

test('without --allow-changes the plan is shown and nothing is written', async ({ folder }) => {
  const { api, error, stdout } = await flipped(folder, {});
  assert.is(error?.code, 'bad-usage');
  assert.match(error?.message ?? '', 'nothing was changed: --allow-changes is not given');
  assert.match(stdout, 'web/traefik on context prod: externalTrafficPolicy Cluster -> Local');
  assert.match(stdout, /^> exclude-first: /m);
  assert.match(stdout, '2. flip: 1 call of the API');
  assert.equal(api.writes, []);
});

test('--dry-run prints every call, in order, as each step leaves the cluster, and writes nothing', async ({
  folder,
}) => {
  const { api, code, stdout } = await flipped(folder, {
    dryRun: true,
    allowChanges: true,
    strategy: 'pin-check',
  });
  assert.is(code, 0);
  const calls = stdout.split('\n').filter((line) => /^ {3}(PATCH|POST|DELETE) /.test(line));
  const label = 'node.kubernetes.io/exclude-from-external-load-balancers';
  const at = '/api/v1/namespaces/web/services/traefik';
  assert.equal(
    calls.map((line) => line.trim()),
    [
      `PATCH /api/v1/nodes/spot {"metadata":{"labels":{"${label}":"true"}}}`,
      `PATCH ${at} {"metadata":{"annotations":{"midflight.dev/check":"http:10256/healthz"}}}`,
      `PATCH ${at} {"spec":{"externalTrafficPolicy":"Local"}}`,
      `PATCH ${at} {"metadata":{"annotations":{"midflight.dev/check":null}}}`,
    ],
  );
  assert.equal(api.writes, []);
});

test('what is missing in RBAC is said by rule, before anything is written', async ({ folder }) => {
  const allows = (what: string) =>
    what !== 'patch nodes' && what !== 'create leases' && what !== 'update leases';
  const { api, error } = await flipped(folder, { allowChanges: true }, { allows });
  assert.is(error?.code, 'api-failed');
  assert.equal(error?.hint?.split('\n').slice(1, -1), [
    'apiGroups [""], resources ["nodes"], verbs ["patch"]',
    'apiGroups ["coordination.k8s.io"], resources ["leases"] in namespace kube-system, verbs ["create", "update"]',
  ]);
  assert.equal(api.writes, []);
});

test('a cluster that somebody may not write to: the Lease is refused, and nothing else is tried', async ({
  folder,
}) => {
  const { api, error } = await flipped(folder, { allowChanges: true }, { allows: () => true });
  assert.match(error?.message ?? '', 'the API answered 403 to creating the lease kube-system/midflight');
  assert.equal(api.writes, ['POST /apis/coordination.k8s.io/v1/namespaces/kube-system/leases']);
});

test('a node that is leaving, a balancer that is not known, a policy that is there already', async ({
  folder,
}) => {
  const leaving = {
    ...lists,
    '/api/v1/nodes': [node('a'), { ...node('b'), spec: { taints: [{ key: 'karpenter.sh/disrupted' }] } }],
  };
  const refused = await flipped(folder, { strategy: 'exclude-first' }, { lists: leaving });
  assert.match(
    refused.error?.message ?? '',
    'exclude-first is refused: node b is leaving (taint karpenter.sh/disrupted)',
  );
  const clouds = [{ ...node('a'), spec: {} }];
  const unknown = await flipped(
    folder,
    { balancer: undefined },
    { lists: { ...lists, '/api/v1/nodes': clouds } },
  );
  assert.match(unknown.error?.message ?? '', 'which load balancer serves web/traefik is not known');
  assert.is((await flipped(folder, { to: 'Cluster', allowChanges: true })).code, 0);
});

test('the ClusterRole midflight-flip grants exactly what the strategies ask for', () => {
  const rule = z.object({
    apiGroups: z.array(z.string()),
    resources: z.array(z.string()),
    verbs: z.array(z.string()),
  });
  const role = z.object({ metadata: z.object({ name: z.string() }), rules: z.array(rule) });
  const own = parseAllDocuments(readFileSync('deploy/rbac.yaml', 'utf8'))
    .map((document) => document.toJS())
    .find((one) => one.metadata.name === 'midflight-flip');
  const granted = role
    .parse(own)
    .rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((one) => verbs.map((verb) => `${group} ${one} ${verb}`)),
      ),
    );
  const needed = switchoverNames
    .flatMap((name) => flipAccess(name, 'web'))
    .map(({ group, resource, verb }) => `${group} ${resource} ${verb}`);
  assert.equal([...new Set(granted)].sort(), [...new Set(needed)].sort());
});

test.run();
