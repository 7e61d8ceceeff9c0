import { KubeConfig } from '@kubernetes/client-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { apiWorld } from '../../../src/changes/api-world.ts';
import { noWorld } from '../../../src/changes/no-world.ts';

const cluster = new KubeConfig();
cluster.loadFromOptions({
  clusters: [{ name: 'there', server: 'http://127.0.0.1:1' }],
  users: [{ name: 'me' }],
  contexts: [{ name: 'there', cluster: 'there', user: 'me' }],
  currentContext: 'there',
});

// A wait that has ended must not keep the process alive for the rest of its limit.
for (const [name, worldOf] of [
  ['a cluster that is there', apiWorld(cluster)],
  ['no cluster', noWorld],
] as const) {
  test(`${name}: a sleep ends by its own signal, and by the signal of the work if it has none`, async () => {
    const work = new AbortController();
    const own = new AbortController();
    const world = worldOf(work.signal);
    const ended = Promise.allSettled([world.sleep(900_000, own.signal), world.sleep(900_000)]);
    own.abort(new Error('its own'));
    work.abort(new Error('the work'));
    const reasons = (await ended).map((one) => (one.status === 'rejected' ? one.reason.message : 'slept'));
    assert.equal(reasons, ['its own', 'the work']);
  });
}

test.run();
