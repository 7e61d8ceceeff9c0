import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { policyNames } from '../../../src/catalogue/policies.ts';
import { runAccess } from '../../../src/cli/run-access.ts';
import { run } from '../../../src/library/run.ts';
import { ownClusterOf } from '../../../src/plan/own-cluster.ts';
import { contextEntry } from '../../../src/providers/context/entry.ts';
import { tell } from '../../support/in-process.ts';
import { basicPlan } from '../../support/plan.ts';
import { readOnlyApi } from '../../support/read-only-api.ts';

/* `midflight run --cluster context:NAME` up to where it would begin: what is read, shown and refused. Nothing is written. */
const test = suite<{ folder: string }>('run on a cluster of the user');

test.before((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'midflight-test-own-'));
});
test.after(({ folder }) => rmSync(folder, { recursive: true, force: true }));

const base = `name: own
load: [{ kind: streams, concurrency: 2, duration: 60s }, { kind: probe, rate: 4 }]
policies: [Cluster, Local]
fault: { kind: pod-delete, target: { runs: ingress } }
providers:
  context: { service: web/traefik, url: 'http://shop.example/slow' }
`;
const node = (name: string, labels: Record<string, string> = {}) => ({
  metadata: { name, labels: { 'cloud.google.com/gke-nodepool': 'web', ...labels } },
  spec: { providerID: `gce://p/z/${name}` },
  status: {
    conditions: [{ type: 'Ready', status: 'True' }],
    addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
  },
});
/** On no cloud that is known. */
const somewhere = (name: string) => ({
  metadata: { name, labels: allowed },
  spec: {},
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
});
const allowed = { 'midflight.dev/chaos': 'allowed' };
const pod = (nodeName: string) => ({
  metadata: {
    ...{ name: `traefik-${nodeName}`, namespace: 'web', labels: { app: 'traefik' } },
    ownerReferences: [{ kind: 'ReplicaSet', controller: true }],
  },
  spec: {
    ...{ nodeName, terminationGracePeriodSeconds: 45, nodeSelector: { pool: 'web' } },
    containers: [{ name: 'c', lifecycle: { preStop: { sleep: { seconds: 7 } } } }],
  },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
});
const service = (annotations: Record<string, string>) => ({
  metadata: { name: 'traefik', namespace: 'web', annotations },
  spec: {
    ...{ type: 'LoadBalancer', selector: { app: 'traefik' }, externalTrafficPolicy: 'Cluster' },
    ports: [{ port: 80, nodePort: 30_080 }],
  },
  status: { loadBalancer: { ingress: [{ ip: '203.0.113.9' }] } },
});

interface World {
  readonly text: string;
  readonly nodes: readonly unknown[];
  readonly pods: readonly unknown[];
  readonly annotations: Record<string, string>;
  readonly allows: (what: string) => boolean;
}

/** With the file and a kubeconfig for an API server that refuses and counts every write. */
async function withApi<T>(
  folder: string,
  world: Partial<World>,
  work: (file: string, kubeconfig: string) => Promise<T>,
): Promise<T & { readonly writes: readonly unknown[] }> {
  const nodes = world.nodes ?? [node('a', allowed), node('b'), node('c')];
  const pods = world.pods ?? [pod('a'), pod('b')];
  const services = [service(world.annotations ?? { 'midflight.dev/edge-preset': 'haproxy' })];
  const api = await readOnlyApi({
    lists: {
      '/api/v1/nodes': nodes,
      '/api/v1/services': services,
      '/api/v1/namespaces/web/services': services,
      '/api/v1/pods': pods,
      '/api/v1/namespaces/web/pods': pods,
      '/apis/discovery.k8s.io/v1/endpointslices': [],
      '/apis/discovery.k8s.io/v1/namespaces/web/endpointslices': [],
    },
    allows: world.allows ?? (() => true),
  });
  const [file, kubeconfig] = [join(folder, 'own.yaml'), join(folder, 'kubeconfig')];
  writeFileSync(file, world.text ?? base);
  writeFileSync(kubeconfig, api.kubeconfig);
  try {
    return { ...(await work(file, kubeconfig)), writes: [...api.writes] };
  } finally {
    await api.stop();
  }
}

const ran = (folder: string, more: readonly string[] = [], world: Partial<World> = {}) =>
  withApi(folder, world, async (file, kubeconfig) => {
    const words = ['run', file, '--cluster', 'context:prod', '--kubeconfig', kubeconfig, ...more];
    const told = await tell(words);
    return { ...told, stderr: told.stderr.replaceAll(file, 'own.yaml') };
  });

test('--dry-run shows what is there, and the node that would be taken', async ({ folder }) => {
  const { code, stdout, stderr, writes } = await ran(folder, ['--dry-run']);
  assert.is(code, 0, stderr);
  assert.equal(writes, []);
  assert.match(stdout, 'context prod, which is there already');
  assert.match(stdout, 'web: 3\n');
  assert.match(stdout, 'web/traefik: Deployment on a, b');
  assert.match(stdout, 'haproxy');
  assert.match(stdout, 'pod-delete (ingress) of a');
  assert.match(stdout, 'terminationGracePeriod: 45 s');
  assert.match(stdout, 'preStop sleep: 7 s');
  assert.not.match(stdout, /timers|graceTimeOut/);
});

test('without --allow-changes it prints what it would change', async ({ folder }) => {
  const { code, stderr, writes } = await ran(folder);
  assert.is(code, 64);
  assert.equal(writes, []);
  assert.match(stderr, 'nothing was changed: --allow-changes is not given');
  assert.match(stderr, 'Service web/traefik: Cluster, Local, and as before at the end');
  assert.match(stderr, 'pod-delete on nodes with the label midflight.dev/chaos=allowed');
});

test('rights that are missing are reported as rules, before anything is written', async ({ folder }) => {
  const allows = (what: string) => what !== 'patch services' && what !== 'delete pods';
  const { code, stderr, writes } = await ran(folder, ['--allow-changes'], { allows });
  assert.is(code, 3, stderr);
  assert.equal(writes, []);
  assert.match(stderr, 'resources ["services"] in namespace web, verbs ["patch"]');
  assert.match(stderr, 'resources ["pods"] in namespace web, verbs ["delete"]');
});

test('what cannot be done there is refused by line and column', async ({ folder }) => {
  const refused = async (world: Partial<World>) => {
    const { code, stderr, writes } = await ran(folder, ['--dry-run'], world);
    assert.is.not(code, 0);
    assert.equal(writes, []);
    return stderr;
  };
  assert.match(
    await refused({ nodes: ['a', 'b', 'c'].map((name) => node(name)) }),
    /own\.yaml:4:28: fault\.target matches no node.*\n.*\n {2}.*kubectl label node NAME midflight\.dev\/chaos=allowed/,
  );
  assert.match(
    await refused({ pods: [pod('a')] }),
    'own.yaml:4:28: refused: no node with a ready pod of the Service would be left',
  );
  const drain = base.replace('pod-delete', 'drain');
  const bare = { ...pod('a'), metadata: { ...pod('a').metadata, ownerReferences: [] } };
  assert.match(
    await refused({ text: drain, pods: [bare, pod('b')] }),
    'own.yaml:4:23: refused: pod web/traefik-a has no controller',
  );
  assert.match(
    await refused({ text: base.replace('pod-delete', 'power-off') }),
    'own.yaml:4:10: power-off is not injected',
  );
  assert.match(
    await refused({ annotations: {}, nodes: ['a', 'b'].map(somewhere) }),
    /own\.yaml:6:14: which load balancer serves web\/traefik is not known/,
  );
  assert.match(
    await refused({ text: base.replace(/providers:.*/s, 'nodes: [{ name: a, count: 2 }]\n') }),
    /own\.yaml:1:1: providers\.context does not say which Service/,
  );
  assert.match(await refused({ pods: [] }), 'no pod of Service web/traefik is Ready');
});

test('a command and what undoes it are shown before they are allowed, and refused as the other faults are', async ({
  folder,
}) => {
  const text = base.replace(
    'pod-delete,',
    "command, command: 'stop {name} --id={providerID}', recover: 'start {name}',",
  );
  const shown = await ran(folder, ['--dry-run'], { text });
  assert.is(shown.code, 0, shown.stderr);
  assert.match(
    shown.stdout,
    /command of a, timeout: 5 min\n\s+command: stop \{name\} --id=\{providerID\}\n\s+recover: start/,
  );
  const asked = await ran(folder, [], { text });
  assert.is(asked.code, 64);
  assert.match(
    asked.stderr,
    /command on nodes with the label .*\n.*command: stop \{name\}.*\n.*recover: start \{name\}/,
  );
  const refused = async (world: Partial<World>, words = text) => {
    const { code, stderr, writes } = await ran(folder, ['--allow-changes'], { text: words, ...world });
    assert.is.not(code, 0);
    assert.equal(writes, []);
    return stderr;
  };
  assert.match(await refused({ pods: [pod('a')] }), 'no node with a ready pod of the Service would be left');
  assert.match(
    await refused({ nodes: ['a', 'b'].map((name) => node(name)) }),
    'fault.target matches no node',
  );
  const zoned = text.replace('--id', '--zone {zone} --id');
  assert.match(await refused({}, zoned), /own\.yaml:4:.*refused: node a has no value for \{zone\}/);
  assert.match(
    await refused({ allows: (what) => what !== 'create leases' }),
    'resources ["leases"] in namespace kube-system, verbs ["create"]',
  );
  // What a drain would not leave behind is nothing to a command.
  const bare = { ...pod('a'), metadata: { ...pod('a').metadata, ownerReferences: [] } };
  assert.is((await ran(folder, ['--dry-run'], { text, pods: [bare, pod('b')] })).code, 0);
});

test('a balancer that the file names need not be recognized', async ({ folder }) => {
  const text = `${base}edge: { preset: azure }\n`;
  const { code, stdout, stderr } = await ran(folder, ['--dry-run'], {
    ...{ text, annotations: {}, nodes: ['a', 'b'].map(somewhere) },
  });
  assert.is(code, 0, stderr);
  assert.match(stdout, 'the balancer is azure (named in the file)');
});

test('deploy/rbac.yaml grants what runs ask for, and no more', () => {
  const rule = z.object({
    ...{ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) },
  });
  const role = z.object({ metadata: z.object({ name: z.string() }), rules: z.array(rule) });
  const own = parseAllDocuments(readFileSync('deploy/rbac.yaml', 'utf8'))
    .map((document) => document.toJS())
    .find((one) => one.metadata.name === 'midflight-run');
  const granted = role
    .parse(own)
    .rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((one) => verbs.map((verb) => `${group} ${one} ${verb}`)),
      ),
    );
  const trials = policyNames.map((policy, index) => ({ index, policy, repeat: 0, seed: 1 }));
  const needed = runAccess({ ...basicPlan, trials }).map(
    ({ group, resource, verb }) => `${group} ${resource} ${verb}`,
  );
  assert.equal([...new Set(granted)].sort(), [...new Set(needed)].sort());
});

test('headers are checked before anything is asked of the cluster to change, and go with requests alone', async ({
  folder,
}) => {
  const { code, stderr, writes } = await ran(folder, ['--allow-changes', '--header', 'nonsense']);
  assert.is(code, 64);
  assert.match(stderr, /header/);
  assert.equal(writes, []);
  const elsewhere = await tell(['run', 'preemption', '--header', 'a: b', '--dry-run']);
  assert.match(elsewhere.stderr, '--header is for a context cluster');
  const ownCluster = ownClusterOf({ service: 'web/traefik', url: 'http://shop.example/slow' }, 'prod');
  const headers = { authorization: 'Bearer x' };
  const asked = { keep: false, reuse: false, kindConfig: null, kubeconfig: join(folder, 'kubeconfig') };
  const { front } = contextEntry.provider({ ...asked, headers, env: {} }, { ...basicPlan, ownCluster });
  assert.equal(front.kind === 'url' && front.target.headers, headers);
});

test('from a program: read, and refused without allowChanges', async ({ folder }) => {
  const { error, writes } = await withApi(folder, {}, async (file, kubeconfig) => ({
    error: await run(file, { cluster: 'context:prod', kubeconfig }).catch((thrown: unknown) => thrown),
  }));
  assert.match(String(error), 'nothing was changed: --allow-changes is not given');
  assert.equal(writes, []);
});

test.run();
