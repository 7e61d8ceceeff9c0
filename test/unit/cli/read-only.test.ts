import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import yargs from 'yargs';
import type { Command } from '../../../src/cli/command.ts';
import { commands } from '../../../src/cli/program.ts';
import { tell } from '../../support/in-process.ts';
import { type ReadOnlyApi, type ReadOnlyOptions, readOnlyApi } from '../../support/read-only-api.ts';
import { ownStateFolder } from '../../support/state-folder.ts';

/* Every command that can be given a cluster, against an API server that refuses to be written to and counts the attempts. */
const test = suite('read-only');
const folder = ownStateFolder(test);

const node = (name: string) => ({
  metadata: { name, labels: { 'midflight.dev/chaos': 'allowed' } },
  spec: { providerID: `gce://p/z/${name}` },
  status: {
    conditions: [{ type: 'Ready', status: 'True' }],
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
  },
});
const service = {
  metadata: { name: 'traefik', namespace: 'web' },
  spec: {
    ...{ type: 'LoadBalancer', selector: { app: 'traefik' }, externalTrafficPolicy: 'Cluster' },
    ports: [{ port: 80, nodePort: 30_080 }],
  },
  status: { loadBalancer: { ingress: [{ ip: '203.0.113.9' }] } },
};
const pod = {
  metadata: { name: 'traefik-a', namespace: 'web', labels: { app: 'traefik' } },
  spec: { nodeName: 'a' },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
};
const slice = {
  metadata: { name: 'traefik-1', namespace: 'web', labels: { 'kubernetes.io/service-name': 'traefik' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.244.2.6'], nodeName: 'a', conditions: { ready: true } }],
  ports: [{ port: 8000 }],
};
const lists = {
  '/api/v1/nodes': ['a', 'b', 'spot'].map(node),
  '/api/v1/services': [service],
  '/api/v1/namespaces/web/services': [service],
  '/api/v1/pods': [pod],
  '/api/v1/namespaces/web/pods': [pod],
  '/apis/discovery.k8s.io/v1/endpointslices': [slice],
  '/apis/discovery.k8s.io/v1/namespaces/web/endpointslices': [slice],
};

/** What would be done to the cluster, if it were allowed. */
const lines: Readonly<Record<string, readonly string[]>> = {
  watch: ['http://127.0.0.1:9/', '--duration', '1s', '--agents', '1'],
  audit: ['--service', 'web/traefik'],
  rehearse: ['--service', 'web/traefik', '--write-only', '-o', 'FILE'],
  flip: ['web/traefik', '--to', 'Local', '--balancer', 'haproxy', '--url', 'http://127.0.0.1:9/', '--yes'],
  connections: ['--node', 'spot', '--image', 'tools'],
  'drain-transit': ['spot', '--image', 'tools', '--timeout', '2s'],
  run: [...['OWN', '--cluster', 'context:prod', '--out', 'OUT', '--quiet']],
  fault: ['drain', 'spot', '--service', 'web/traefik', '--hold', '0s'],
};
const writers = ['flip', 'connections', 'drain-transit', 'fault', 'run'];

/** An experiment on that cluster. */
const own = `name: own
load: [{ kind: streams, concurrency: 2, duration: 60s }, { kind: probe, rate: 4 }]
policies: [Cluster, Local]
edge: { preset: haproxy }
fault: { kind: drain, target: { runs: nothing } }
providers:
  context: { service: web/traefik, url: 'http://127.0.0.1:9/' }
`;

async function asked(
  name: string,
  folder: string,
  more: readonly string[] = [],
  options: Partial<ReadOnlyOptions> = {},
) {
  const api: ReadOnlyApi = await readOnlyApi({ lists, allows: () => true, ...options });
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, api.kubeconfig);
  try {
    writeFileSync(join(folder, 'own.yaml'), own);
    const places: Readonly<Record<string, string>> = {
      ...{ FILE: join(folder, 'scenario.yaml'), OWN: join(folder, 'own.yaml'), OUT: join(folder, 'out') },
    };
    const words = (lines[name] ?? []).map((word) => places[word] ?? word);
    const told = await tell([name, ...words, '--kubeconfig', kubeconfig, ...more]);
    return { ...told, writes: [...api.writes], reads: api.requests.length };
  } finally {
    await api.stop();
  }
}

/** The names of a command's options. */
function optionsOf({ options }: Command): string[] {
  const names: string[] = [];
  const cli = yargs([]);
  const recording = new Proxy(cli, {
    get: (_, key) => (name: string) => {
      if (key === 'option') names.push(name);
      return recording;
    },
  });
  options(recording);
  return names;
}

test('each command with --kubeconfig is here', () => {
  const given = commands.filter((command) => optionsOf(command).includes('kubeconfig'));
  assert.equal(given.map(({ name }) => name).sort(), Object.keys(lines).sort());
});

for (const name of Object.keys(lines)) {
  test(`${name}: nothing is written without --allow-changes`, async () => {
    const { writes, reads, stderr } = await asked(name, folder);
    assert.equal(writes, [], stderr);
    if (name === 'watch') assert.match(stderr, '--allow-changes is not given');
    else assert.ok(reads > 0, stderr);
  });
}

for (const name of writers) {
  test(`${name} --allow-changes would write: the counter counts`, async () => {
    const { writes, stderr, code } = await asked(name, folder, ['--allow-changes']);
    assert.ok(writes.length > 0, stderr);
    assert.is.not(code, 0);
  });
}

const readers = Object.keys(lines).filter((name) => name !== 'watch');
for (const name of readers) {
  test(`${name}: what may not be read is reported by rule`, async () => {
    const forbidden = [
      ...Object.keys(lists),
      '/api/v1/namespaces/web/services/traefik',
      '/api/v1/namespaces/web/pods/traefik-a',
    ];
    const { code, stdout, stderr } = await asked(name, folder, [], { forbidden, allows: () => false });
    assert.is(code, 3, stderr);
    assert.match(
      `${stdout}${stderr}`,
      /apiGroups (\[""\]), resources \["services"\]( in namespace web)?, verbs \["(list|get)"\]/,
    );
  });

  test(`${name}: credentials that are refused`, async () => {
    const { code, stderr } = await asked(name, folder, [], { token: 'another' });
    assert.is(code, 3, stderr);
    assert.match(stderr, 'log in again');
  });
}

test.run();
