import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api } from '@kubernetes/client-node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { selfSigned } from '../../../src/base/certificate.ts';
import { openContext } from '../../../src/kube/open-context.ts';
import { callApi } from '../../../src/kube/request.ts';

/* Every way of reaching an API server is tried against one that asks for a token, by both of our clients. */
const test = suite<{ folder: string; port: number; asked: string[]; servers: Server[] }>('open a context');
const token = 't0ken';
const certificate = selfSigned('localhost');

const listen = (server: Server) =>
  new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const at = server.address();
      resolve(typeof at === 'object' && at !== null ? at.port : 0);
    }),
  );

test.before.each(async (context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'midflight-test-context-'));
  context.asked = [];
  const api = createSecureServer(certificate, (request, answer) => {
    context.asked.push(request.headers.authorization ?? '');
    const allowed = request.headers.authorization === `Bearer ${token}`;
    answer.writeHead(allowed ? 200 : 401, { 'content-type': 'application/json' });
    answer.end(JSON.stringify({ kind: 'NodeList', apiVersion: 'v1', metadata: {}, items: [] }));
  });
  context.servers = [api];
  context.port = await listen(api);
});
test.after.each(async ({ folder, servers }) => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  rmSync(folder, { recursive: true, force: true });
});

/** A kubeconfig's file. */
function written(folder: string, cluster: object, user: object): string {
  const file = join(folder, 'kubeconfig');
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'prod' },
    clusters: [
      {
        name: 'c',
        cluster: {
          'certificate-authority-data': Buffer.from(certificate.cert).toString('base64'),
          'tls-server-name': 'localhost',
          ...cluster,
        },
      },
    ],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u' } }],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** Lists nodes by client-node and by our own requests. */
async function lists({ kubeConfig }: ReturnType<typeof openContext>): Promise<void> {
  const { items } = await kubeConfig.makeApiClient(CoreV1Api).listNode();
  assert.equal(items, []);
  await callApi({ kubeConfig, path: '/api/v1/nodes' });
}

test('a token, the file of one, and an exec plugin', async ({ folder, port, asked }) => {
  const server = `https://localhost:${port}`;
  writeFileSync(join(folder, 'token'), token);
  const plugin = join(folder, 'plugin.mjs');
  const version = 'client.authentication.k8s.io/v1';
  const credential = JSON.stringify({ apiVersion: version, kind: 'ExecCredential', status: { token } });
  writeFileSync(plugin, `console.log(process.env.ANSWER)`);
  const exec = {
    ...{ apiVersion: version, command: process.execPath, args: [plugin], interactiveMode: 'Never' },
    env: [{ name: 'ANSWER', value: credential }],
  };
  for (const user of [{ token }, { tokenFile: 'token', token: 'older' }, { exec }]) {
    asked.length = 0;
    await lists(openContext({ context: 'prod', kubeconfig: written(folder, { server }, user) }, {}));
    assert.equal(asked, [`Bearer ${token}`, `Bearer ${token}`], JSON.stringify(user));
  }
});

test("a pod's service account, if there is no kubeconfig", async ({ folder, port, asked }) => {
  const account = join(folder, 'var/run/secrets/kubernetes.io/serviceaccount');
  mkdirSync(account, { recursive: true });
  writeFileSync(join(account, 'token'), token);
  writeFileSync(join(account, 'ca.crt'), certificate.cert);
  writeFileSync(join(account, 'namespace'), 'tools');
  const env = { HOME: folder, KUBERNETES_SERVICE_HOST: 'localhost', KUBERNETES_SERVICE_PORT: String(port) };
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    const opened = openContext({ context: undefined, kubeconfig: undefined }, env, folder);
    assert.equal(opened.files, []);
    await lists(opened);
    assert.equal(asked, [`Bearer ${token}`, `Bearer ${token}`]);
  } finally {
    for (const name of ['HOME', 'KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
});

test('a proxy, of the kubeconfig or of the environment', async ({ folder, port, asked, servers }) => {
  const passed: string[] = [];
  const proxy = createServer();
  // The name that the kubeconfig has is known to the proxy alone.
  proxy.on('connect', (request, socket) => {
    passed.push(request.url ?? '');
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  servers.push(proxy);
  const url = `http://127.0.0.1:${await listen(proxy)}`;
  const server = 'https://api.prod.invalid:6443';
  for (const [cluster, env] of [
    [{ server, 'proxy-url': url }, {}],
    [{ server }, { HTTPS_PROXY: url }],
    [
      { server, 'proxy-url': url },
      { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '*' },
    ],
  ] as const) {
    asked.length = 0;
    passed.length = 0;
    await lists(openContext({ context: 'prod', kubeconfig: written(folder, cluster, { token }) }, env));
    assert.equal(new Set(passed), new Set(['api.prod.invalid:6443']));
    assert.equal(asked, [`Bearer ${token}`, `Bearer ${token}`]);
  }
});

test.run();
