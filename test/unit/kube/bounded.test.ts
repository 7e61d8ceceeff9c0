import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bounded } from '../../../src/kube/bounded.ts';
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
    assert.is(error.message, 'the control plane has not answered for 0.005 s (hang)');
  }
});

test.run();
