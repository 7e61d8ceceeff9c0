import { once } from 'node:events';
import { createServer } from 'node:http';
import { CoreV1Api } from '@kubernetes/client-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bounded } from '../../../src/kube/bounded.ts';
import { kubeConfigFromText } from '../../../src/kube/config.ts';
import { ApiError } from '../../../src/kube/request.ts';

class Client {
  readonly basePath = '/api';
  private readonly items = ['a'];
  async list(name: string): Promise<string[]> {
    return [...this.items, name];
  }
  async refuse(): Promise<never> {
    throw new ApiError(404, 'none');
  }
  hang(): Promise<never> {
    return new Promise(() => {});
  }
}

test('answers and refusals come through as they are', async () => {
  const client = bounded(new Client(), 'the server', 5);
  assert.equal(await client.list('b'), ['a', 'b']);
  assert.is(client.basePath, '/api');
  try {
    await client.refuse();
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof ApiError && error.status === 404);
  }
});

test('a call without an answer ends, and names the server and the call', async () => {
  try {
    await bounded(new Client(), 'the control plane', 5).hang();
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof ApiError && error.code === 'api-failed' && error.status === 0);
    assert.match(
      error.message,
      /^the control plane has not answered for 0\.005 s \(hang\)(; this machine was too slow: .+)?$/,
    );
  }
});

test('a client of a kubeconfig does not wait forever for an API server that hangs', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const text = JSON.stringify({
    'current-context': 'prod',
    clusters: [
      { name: 'c', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name: 'u', user: {} }],
    contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u' } }],
  });
  try {
    await kubeConfigFromText(text, { answerWithinMs: 50 }).makeApiClient(CoreV1Api).listNode();
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof ApiError);
    assert.match(
      error.message,
      /^the API server of prod has not answered for 0\.05 s \(listNode\)(; this machine was too slow: .+)?$/,
    );
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
});

test.run();
